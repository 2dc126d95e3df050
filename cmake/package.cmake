# The library as others find it: a shared and a static one, of the same objects, with a CMake package,
# a file for pkg-config, and packages by cpack.
option(TIGRILLO_INSTALL "Install the library, and the program where it is built"
       ${PROJECT_IS_TOP_LEVEL})

add_library(tigrillo_shared SHARED EXCLUDE_FROM_ALL $<TARGET_OBJECTS:tigrillo>
            ${tigrillo_kernel_objects})
target_include_directories(tigrillo_shared
                           INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
target_link_libraries(tigrillo_shared PRIVATE ${tigrillo_libraries})
# Before 1.0 each minor version may change the interface.
set_target_properties(tigrillo_shared PROPERTIES OUTPUT_NAME tigrillo LINKER_LANGUAGE C
                      VERSION ${PROJECT_VERSION}
                      SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

add_library(tigrillo::static ALIAS tigrillo)
add_library(tigrillo::shared ALIAS tigrillo_shared)
if(BUILD_SHARED_LIBS)
  add_library(tigrillo::tigrillo ALIAS tigrillo_shared)
else()
  add_library(tigrillo::tigrillo ALIAS tigrillo)
endif()

if(NOT TIGRILLO_INSTALL)
  return()
endif()

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set_target_properties(tigrillo_shared PROPERTIES EXCLUDE_FROM_ALL OFF EXPORT_NAME shared)
set_target_properties(tigrillo PROPERTIES EXPORT_NAME static)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/tigrillo)
install(TARGETS tigrillo_shared EXPORT tigrillo-shared INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS tigrillo EXPORT tigrillo-static INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
foreach(kind IN ITEMS shared static)
  install(EXPORT tigrillo-${kind} NAMESPACE tigrillo:: DESTINATION ${package_folder})
endforeach()
configure_package_config_file(cmake/tigrillo-config.cmake.in tigrillo-config.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(tigrillo-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tigrillo-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/tigrillo-config-version.cmake
        DESTINATION ${package_folder})
install(DIRECTORY include/tigrillo TYPE INCLUDE)
install(FILES LICENSE README.md TYPE DOC)

# For pkg-config. The folder may be moved: the prefix is found from where the file is.
file(RELATIVE_PATH prefix_from_pcfile ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
file(RELATIVE_PATH libdir_in_prefix ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_LIBDIR})
file(RELATIVE_PATH includedir_in_prefix ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(cmake/tigrillo.pc.in tigrillo.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/tigrillo.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# cpack: a .tar.gz, and on Debian a .deb.
set(CPACK_PACKAGE_NAME tigrillo)
set(CPACK_PACKAGE_VENDOR "The Tigrillo authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_DESCRIPTION
    "A library that trains and runs networks of dense layers, and a program that does it.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR TGZ)
find_program(TIGRILLO_DPKG_SHLIBDEPS dpkg-shlibdeps)
if(TIGRILLO_DPKG_SHLIBDEPS)
  list(APPEND CPACK_GENERATOR DEB)
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The Tigrillo authors")
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
# To link with the static library.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libopenblas-dev, libjansson-dev, zlib1g-dev")
include(CPack)
