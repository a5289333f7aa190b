# The interpreters' part, relative to server/probes.
set(python_sources
  binary.c elf.c macho.c macho_exports.c macho_imports.c
  python/find/find.c python/find/find_conda.c python/find/find_jupyter.c
  python/find/find_managers.c python/find/find_search.c python/find/find_system.c
  python/find/identity.c
  python/imports/import_outcome.c python/imports/imports.c
  python/imports/recorded_imports.c
  python/interpreters.c
  python/packages/conda.c python/packages/dists.c python/packages/metadata.c
  python/packages/native.c
  python/packages/natives.c python/packages/packages.c python/packages/tensorflow.c
  python/plugin/metal.c python/plugin/plugin.c python/plugin/plugin_facts.c
  python/program/kind.c python/program/program.c python/program/pyvenv.c
  python/program/sites.c python/program/version.c
  python/text.c)
