# Build vocabulary: trilane_module(), trilane_embed(), trilane_test(), trilane_fuzz().

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(APPLE)
  set(TRILANE_PLATFORM apple)
elseif(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(TRILANE_PLATFORM linux)
else()
  set(TRILANE_PLATFORM unsupported)
endif()

# Warnings, feature macros and sanitizers, in one place; every target links it.
add_library(trilane_flags INTERFACE)
target_include_directories(trilane_flags INTERFACE ${PROJECT_SOURCE_DIR}/include)
target_compile_definitions(trilane_flags INTERFACE
  $<$<STREQUAL:${TRILANE_PLATFORM},linux>:_GNU_SOURCE>
  $<$<STREQUAL:${TRILANE_PLATFORM},apple>:_DARWIN_C_SOURCE>
  _FILE_OFFSET_BITS=64)
target_compile_options(trilane_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla
  -Wformat=2 -Wundef -fno-math-errno -fvisibility=hidden
  -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=
  $<$<BOOL:${TRILANE_WERROR}>:-Werror>)
if(TRILANE_SANITIZE)
  target_compile_options(trilane_flags INTERFACE -fsanitize=${TRILANE_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=all -g)
  target_link_options(trilane_flags INTERFACE -fsanitize=${TRILANE_SANITIZE})
endif()
if(TRILANE_FUZZ)
  target_compile_options(trilane_flags INTERFACE -fsanitize=fuzzer-no-link -g)
endif()

# trilane_module(NAME SOURCES a.c … [PLATFORM x …] [DEPENDS module …] [LIBRARIES lib …])
#
# A static library trilane_NAME from the folder it is called in.  PLATFORM x takes
# x_apple.c, x_linux.c or x_unsupported.c.  DEPENDS names modules of this project: what a
# module may include is what it depends on, and script/check-layers holds it to its ring.
function(trilane_module name)
  cmake_parse_arguments(M "" "" "SOURCES;PLATFORM;DEPENDS;LIBRARIES" ${ARGN})
  foreach(stem IN LISTS M_PLATFORM)
    list(APPEND M_SOURCES ${stem}_${TRILANE_PLATFORM}.c)
  endforeach()
  add_library(trilane_${name} STATIC ${M_SOURCES})
  target_include_directories(trilane_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(trilane_${name} PUBLIC trilane_flags)
  foreach(dependency IN LISTS M_DEPENDS)
    target_link_libraries(trilane_${name} PUBLIC trilane_${dependency})
  endforeach()
  target_link_libraries(trilane_${name} PRIVATE ${M_LIBRARIES})
endfunction()

# trilane_embed(TARGET SYMBOL BASE dir FILES path … [GZIP])
#
# Adds to TARGET a table `const struct embedded_file SYMBOL[]` and `const size_t
# SYMBOL_count` (trilane/embedded.h), sorted by path; FILES are absolute or relative to
# BASE, and named in the table by their path below BASE.  GZIP adds a compressed copy.
function(trilane_embed target symbol)
  cmake_parse_arguments(E "GZIP" "BASE" "FILES;DEPENDS" ${ARGN})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
  set(list ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.list)
  set(paths "")
  foreach(file IN LISTS E_FILES)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${E_BASE})
    list(APPEND paths ${file})
  endforeach()
  list(JOIN paths "\n" lines)
  file(CONFIGURE OUTPUT ${list} CONTENT "${lines}\n" @ONLY)
  set(script ${PROJECT_SOURCE_DIR}/script/cmake/embed.cmake)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DSYMBOL=${symbol} -DBASE=${E_BASE} -DLIST=${list}
            -DOUT=${out} -DGZIP=${E_GZIP} -P ${script}
    DEPENDS ${paths} ${E_DEPENDS} ${list} ${script}
    COMMENT "Embedding ${symbol}" VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()

# trilane_test(NAME SOURCES a.c … MODULES module … [LIBRARIES lib …])
#
# A cmocka program that links the modules it tests and what those declare, no more.
# The environment variable TRILANE_TEST_DATA is the folder tests/.
function(trilane_test name)
  cmake_parse_arguments(T "" "" "SOURCES;MODULES;LIBRARIES" ${ARGN})
  add_executable(test_${name} ${T_SOURCES})
  target_link_libraries(test_${name} PRIVATE trilane_flags)
  foreach(module IN LISTS T_MODULES)
    target_link_libraries(test_${name} PRIVATE trilane_${module})
    target_include_directories(test_${name} PRIVATE
      $<TARGET_PROPERTY:trilane_${module},SOURCE_DIR>)
  endforeach()
  target_link_libraries(test_${name} PRIVATE cmocka ${T_LIBRARIES})
  add_test(NAME ${name} COMMAND test_${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300
    ENVIRONMENT "TRILANE_TEST_DATA=${PROJECT_SOURCE_DIR}/tests")
endfunction()

# trilane_fuzz(NAME SOURCE MODULES module …): a libFuzzer target, seeds in tests/fuzz/NAME/.
function(trilane_fuzz name source)
  cmake_parse_arguments(F "" "" "MODULES;LIBRARIES" ${ARGN})
  if(NOT TRILANE_FUZZ)
    return()
  endif()
  add_executable(fuzz_${name} ${source})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  foreach(module IN LISTS F_MODULES)
    target_link_libraries(fuzz_${name} PRIVATE trilane_${module})
    target_include_directories(fuzz_${name} PRIVATE
      $<TARGET_PROPERTY:trilane_${module},SOURCE_DIR>)
  endforeach()
  target_link_libraries(fuzz_${name} PRIVATE ${F_LIBRARIES})
endfunction()
