# The kernels are compiled once for each instruction set and chosen from at run time. There a * b + c
# may be contracted: it is part of what an instruction set is chosen for.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(known avx2 avx512 baseline)
else()
  set(known baseline)
endif()
set(TIGRILLO_INSTRUCTION_SETS ${known} CACHE STRING
    "Instruction sets that there are kernels for; always for the baseline of the processor")
set(flags_avx2 -mavx2 -mfma)
set(flags_avx512 ${flags_avx2} -mavx512f -mavx512dq -mavx512bw -mavx512vl
    -mprefer-vector-width=512)

file(GLOB kernel_sources CONFIGURE_DEPENDS src/cpu/kernels/*.c)
set(tigrillo_kernel_objects "")
set(sets ${TIGRILLO_INSTRUCTION_SETS} baseline)
list(REMOVE_DUPLICATES sets)
foreach(instructions IN LISTS sets)
  if(NOT instructions IN_LIST known)
    message(FATAL_ERROR "TIGRILLO_INSTRUCTION_SETS: ${instructions} is not one of: ${known}")
  endif()
  set(target tigrillo_kernels_${instructions})
  add_library(${target} OBJECT ${kernel_sources})
  tigrillo_warnings(${target})
  set_target_properties(${target} PROPERTIES C_VISIBILITY_PRESET hidden
                        POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${target} PRIVATE src include)
  target_compile_definitions(${target} PRIVATE TG_INSTRUCTIONS=${instructions}
                             _POSIX_C_SOURCE=200809L)
  target_compile_options(${target} PRIVATE ${tigrillo_options} -ffp-contract=fast
                         ${flags_${instructions}})
  list(APPEND tigrillo_kernel_objects $<TARGET_OBJECTS:${target}>)
  string(TOUPPER TG_HAS_${instructions} definition)
  target_compile_definitions(tigrillo PRIVATE ${definition})
endforeach()
target_sources(tigrillo PRIVATE ${tigrillo_kernel_objects})
