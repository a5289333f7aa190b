# Tests of the parsers of machine code and of the interpreters' probes.
trilane_test(macho SOURCES test_macho.c macho_builder.c MODULES probes)
trilane_test(elf SOURCES test_elf.c macho_builder.c MODULES probes)
trilane_test(interpreters SOURCES test_interpreters.c machine_builder.c macho_builder.c subset.c
  MODULES probes LIBRARIES PkgConfig::jansson)
trilane_test(metal SOURCES test_metal.c machine_builder.c macho_builder.c
  MODULES probes LIBRARIES PkgConfig::jansson)
trilane_test(metadata SOURCES test_metadata.c MODULES probes LIBRARIES PkgConfig::jansson)
trilane_test(imports SOURCES test_imports.c MODULES probes LIBRARIES PkgConfig::jansson)

foreach(name macho elf metadata conda_meta)
  trilane_fuzz(${name} fuzz_${name}.c MODULES probes)
endforeach()
