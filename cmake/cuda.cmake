# The CUDA kernels (kernels/), compiled by nvcc into one fat binary inside the library: machine code
# for each architecture, and for later ones PTX of the newest; and PTX that any GPU from Turing on
# understands, which is also what the tests execute. Uncompressed, so that they can read it. Without
# them the library says at run time that it has none.
set(TIGRILLO_CUDA AUTO CACHE STRING "Kernels for the GPU, compiled by nvcc: ON, OFF or AUTO")
set(TIGRILLO_CUDA_ARCHITECTURES 80 86 89 90 100 120 CACHE STRING "Architectures beside 75")

find_program(TIGRILLO_NVCC nvcc HINTS ENV CUDA_PATH PATHS /usr/local/cuda PATH_SUFFIXES bin)
set(nvcc_found OFF)
if(TIGRILLO_NVCC)
  set(nvcc_found ON)
endif()
tigrillo_component(TIGRILLO_CUDA CUDA ${nvcc_found}
                   "the library cannot open a GPU, for which nvcc compiles kernels")
if(TIGRILLO_CUDA)
  set(image ${PROJECT_BINARY_DIR}/kernels.fatbin)
  set(flags -O3 -std=c++17 -no-compress -I${PROJECT_SOURCE_DIR}/src
      -I${PROJECT_SOURCE_DIR}/include -Xptxas=-warn-spills,-warn-lmem-usage
      -gencode arch=compute_75,code=[sm_75,compute_75])
  if(TIGRILLO_WERROR)
    list(APPEND flags -Werror=all-warnings -Xptxas=-Werror)
  endif()
  # CUDA before 12.8 does not know the newest.
  execute_process(COMMAND ${TIGRILLO_NVCC} --list-gpu-code OUTPUT_VARIABLE known)
  set(newest 75)
  foreach(architecture ${TIGRILLO_CUDA_ARCHITECTURES})
    if(known MATCHES "sm_${architecture}")
      list(APPEND flags -gencode arch=compute_${architecture},code=sm_${architecture})
      set(newest ${architecture})
    else()
      message(STATUS "This nvcc compiles no kernels for sm_${architecture}")
    endif()
  endforeach()
  if(NOT newest EQUAL 75)
    list(APPEND flags -gencode arch=compute_${newest},code=compute_${newest})
  endif()
  add_custom_command(OUTPUT ${image}
    COMMAND ${TIGRILLO_NVCC} -fatbin ${flags} -MD -MF ${image}.d -o ${image}
            ${PROJECT_SOURCE_DIR}/kernels/all.cu
    DEPENDS ${PROJECT_SOURCE_DIR}/kernels/all.cu
    DEPFILE ${image}.d VERBATIM COMMENT "Compiling the CUDA kernels")
  set_source_files_properties(src/cuda/image.c PROPERTIES OBJECT_DEPENDS ${image}
    COMPILE_DEFINITIONS TG_CUDA_IMAGE_FILE="${image}")
  target_sources(tigrillo PRIVATE ${image})
  set(TIGRILLO_CUDA_IMAGE ${image})
endif()
