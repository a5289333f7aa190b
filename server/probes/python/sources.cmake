# The interpreters' part, relative to server/probes.
set(python_sources
  binary.c elf.c macho.c macho_exports.c macho_imports.c
  python/conda.c python/find.c python/find_conda.c python/find_jupyter.c python/find_managers.c
  python/find_search.c python/find_system.c
  python/identity.c python/import_outcome.c python/imports.c python/interpreters.c python/kind.c
  python/metadata.c python/metal.c python/native.c python/natives.c
  python/packages.c python/plugin.c python/plugin_facts.c python/program.c
  python/pyvenv.c python/recorded_imports.c python/sites.c python/tensorflow.c
  python/text.c python/version.c)
