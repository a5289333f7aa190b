# The interpreters' part, relative to server/probes.
set(python_sources
  binary.c elf.c macho.c macho_exports.c macho_imports.c)
