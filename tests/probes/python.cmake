# Tests of the parsers of machine code and of the interpreters' probes.
trilane_test(macho SOURCES test_macho.c macho_builder.c MODULES probes)
trilane_test(elf SOURCES test_elf.c macho_builder.c MODULES probes)

foreach(name macho elf metadata conda_meta)
  trilane_fuzz(${name} fuzz_${name}.c MODULES probes)
endforeach()
