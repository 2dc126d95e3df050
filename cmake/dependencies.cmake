# What the library stands on. jansson reads and writes the descriptions in model files and is always
# needed; the other parts are optional: ON demands one, OFF leaves it out, AUTO takes it if it is there.
#
# All targets are global, so that a project that contains this one can link to it.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
set_target_properties(Threads::Threads PROPERTIES IMPORTED_GLOBAL ON)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET GLOBAL jansson>=2.10)

set(TIGRILLO_OPENBLAS AUTO CACHE STRING "Large matrix products by OpenBLAS: ON, OFF or AUTO")
set(TIGRILLO_STB AUTO CACHE STRING "Read pictures with stb_image: ON, OFF or AUTO")
set(TIGRILLO_ZLIB AUTO CACHE STRING "Read gzip files with zlib: ON, OFF or AUTO")

# What the library says of itself (tg_components).
set(tigrillo_components "")
if(TIGRILLO_INFERENCE_ONLY)
  list(APPEND tigrillo_components "inference only")
endif()

# tigrillo_component(VARIABLE NAME FOUND WITHOUT): VARIABLE becomes ON or OFF in this project; and says,
# when it is OFF, what does not work then.
macro(tigrillo_component variable name found without)
  set_property(CACHE ${variable} PROPERTY STRINGS AUTO ON OFF)
  if(${variable} STREQUAL AUTO)
    set(${variable} "${found}")
  elseif(${variable} AND NOT "${found}")
    message(FATAL_ERROR "${variable} is ON, but there is no ${name} here")
  endif()
  if(${variable})
    list(APPEND tigrillo_components ${name})
  else()
    message(STATUS "Without ${name}: ${without}")
  endif()
endmacro()

if(TIGRILLO_OPENBLAS)
  pkg_check_modules(OPENBLAS QUIET IMPORTED_TARGET GLOBAL openblas)
endif()
if(TIGRILLO_ZLIB)
  find_package(ZLIB QUIET)
endif()
if(TIGRILLO_STB) # one header; Debian and Fedora put it into a folder stb/, Homebrew does not
  find_path(TIGRILLO_STB_INCLUDE_DIR stb_image.h PATH_SUFFIXES stb)
  if(TIGRILLO_STB_INCLUDE_DIR)
    set(STB_FOUND ON)
  endif()
endif()
tigrillo_component(TIGRILLO_OPENBLAS OpenBLAS "${OPENBLAS_FOUND}"
                   "the library's own matrix products do the largest too, more slowly")
tigrillo_component(TIGRILLO_STB stb_image "${STB_FOUND}"
                   "the library reads no picture files")
tigrillo_component(TIGRILLO_ZLIB zlib "${ZLIB_FOUND}" "the library reads no gzip files")

set(tigrillo_libraries PkgConfig::JANSSON Threads::Threads m ${CMAKE_DL_LIBS})
set(tigrillo_modules jansson) # of pkg-config
set(tigrillo_requires "jansson >= 2.10")
set(tigrillo_definitions "")
if(TIGRILLO_OPENBLAS)
  list(APPEND tigrillo_libraries PkgConfig::OPENBLAS)
  list(APPEND tigrillo_modules openblas)
  list(APPEND tigrillo_definitions TG_OPENBLAS)
  string(APPEND tigrillo_requires ", openblas")
endif()
if(TIGRILLO_ZLIB)
  set_target_properties(ZLIB::ZLIB PROPERTIES IMPORTED_GLOBAL ON)
  list(APPEND tigrillo_libraries ZLIB::ZLIB)
  list(APPEND tigrillo_definitions TG_ZLIB)
  string(APPEND tigrillo_requires ", zlib")
endif()
add_library(tigrillo_stb INTERFACE)
if(TIGRILLO_STB)
  target_include_directories(tigrillo_stb SYSTEM INTERFACE ${TIGRILLO_STB_INCLUDE_DIR})
  list(APPEND tigrillo_definitions TG_STB)
endif()

if(TIGRILLO_PROGRAM OR TIGRILLO_EXAMPLES)
  pkg_check_modules(POPT QUIET IMPORTED_TARGET popt)
  if(NOT POPT_FOUND)
    message(STATUS "Without popt: neither the program nor the generators of pictures are built")
    set(TIGRILLO_PROGRAM OFF)
  endif()
endif()

if(TIGRILLO_TESTS AND NOT (TIGRILLO_OPENBLAS AND TIGRILLO_STB AND TIGRILLO_ZLIB))
  message(FATAL_ERROR "The tests need OpenBLAS, stb_image and zlib: build without one of them with "
                      "-D TIGRILLO_TESTS=OFF")
endif()
