# The kernels' checks compiled for AArch64 and run in a translator.  Without compiler or
# translator the test says so and counts as skipped.
find_program(TRILANE_AARCH64_CC aarch64-linux-gnu-gcc
  DOC "compiler of the kernels' tests for AArch64")
find_program(TRILANE_QEMU_AARCH64 NAMES qemu-aarch64-static qemu-aarch64
  DOC "translator of the kernels' tests for AArch64")
set(program ${CMAKE_CURRENT_BINARY_DIR}/foreign_kernels)
set(engines ${PROJECT_SOURCE_DIR}/server/engines)
set(foreign_sources foreign_main.c kernel_checks.c ${engines}/kernels_neon.c
  ${engines}/isa_arm.c ${engines}/processor_arm.c ${engines}/processor.c
  ${PROJECT_SOURCE_DIR}/server/bench/rng.c)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND TRILANE_AARCH64_CC)
  add_custom_command(OUTPUT ${program}
    COMMAND ${TRILANE_AARCH64_CC} -std=c11 -D_GNU_SOURCE -O3 -ffp-contract=off
            -fno-math-errno -fno-trapping-math -static -I${PROJECT_SOURCE_DIR}/include
            -I${engines} ${foreign_sources} -lm -o ${program}
    DEPENDS ${foreign_sources} kernel_checks.h ${engines}/kernels.h
            ${engines}/kernels_source.h
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    COMMENT "Building the kernels' tests for AArch64" VERBATIM)
  add_custom_target(engines_neon_program ALL DEPENDS ${program})
endif()
if(NOT TRILANE_AARCH64_CC)
  set(reason "no aarch64-linux-gnu-gcc")
elseif(NOT TRILANE_QEMU_AARCH64)
  set(reason "no qemu-aarch64")
endif()
if(reason)
  add_test(NAME engines_neon COMMAND ${CMAKE_COMMAND} -E echo "skipped: ${reason}")
  set_tests_properties(engines_neon PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped")
else()
  add_test(NAME engines_neon COMMAND ${TRILANE_QEMU_AARCH64} ${program})
endif()
