# The interpreters' part: files relative to server/probes.
set(python_sources)
