# Writes OUT, a minified Chart.js: the file GIVEN if there is one, else the npm package that
# the lock file pins, else the distribution's package.  The page works with each of them.
set(packaged
  /usr/share/javascript/chart.js/chart.min.js
  /usr/share/nodejs/chart.js/dist/chart.min.js
  /usr/share/nodejs/chart.js/dist/chart.umd.js)

function(found path)
  get_filename_component(folder ${OUT} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  file(READ ${path} text)
  # The map it names is not served: browsers' tools would ask for it in vain.
  string(REGEX REPLACE "\n?//# sourceMappingURL=[^\n]*" "" text "${text}")
  file(WRITE ${OUT} "${text}")
endfunction()

if(GIVEN)
  found(${GIVEN})
  return()
endif()

if(NPM)
  file(MAKE_DIRECTORY ${WORK})
  file(COPY ${SOURCE}/package.json ${SOURCE}/package-lock.json ${SOURCE}/.npmrc
    DESTINATION ${WORK})
  execute_process(COMMAND ${NPM} ci --ignore-scripts --prefer-offline --loglevel=error
    WORKING_DIRECTORY ${WORK} RESULT_VARIABLE failed ERROR_VARIABLE message OUTPUT_QUIET)
  if(NOT failed)
    found(${WORK}/node_modules/chart.js/dist/chart.umd.min.js)
    return()
  endif()
  message(STATUS "npm could not install Chart.js: ${message}")
endif()

foreach(path IN LISTS packaged)
  if(EXISTS ${path})
    message(STATUS "Chart.js: using ${path}")
    found(${path})
    return()
  endif()
endforeach()
message(FATAL_ERROR "Chart.js is missing: install npm (Debian: npm) and let it reach its "
  "registry, or the package libjs-chart.js, or name a file with -DTRILANE_CHART_JS=")
