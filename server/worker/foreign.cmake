# Builds the worker for another architecture in a build of its own, and copies it to OUT.
#
#   cmake -DSOURCE=dir -DBUILD=dir -DGENERATOR=name -DCACHE=file -DOUT=path -P foreign.cmake
#
# CACHE sets the compiler and options.  Says nothing unless it fails.
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE failed
    OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    message(FATAL_ERROR "${output}")
  endif()
endfunction()

run(${CMAKE_COMMAND} -C ${CACHE} -S ${SOURCE} -B ${BUILD} -G ${GENERATOR})
run(${CMAKE_COMMAND} --build ${BUILD} --target trilane-worker)
file(COPY_FILE ${BUILD}/server/worker/trilane-worker ${OUT} ONLY_IF_DIFFERENT)
file(TOUCH ${OUT})
