# Headers, library, program, data, pkg-config file and CMake package.
include(CMakePackageConfigHelpers)

install(TARGETS frcnn EXPORT frcnn-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
file(RELATIVE_PATH bin_to_lib /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
set_target_properties(frcnn_program PROPERTIES INSTALL_RPATH "$ORIGIN/${bin_to_lib}")
install(TARGETS frcnn_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/frcnn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY data/anchors DESTINATION ${CMAKE_INSTALL_DATADIR}/frcnn FILES_MATCHING PATTERN *.json PATTERN README.md)
install(FILES data/everyday10.safetensors data/NOTICE DESTINATION ${CMAKE_INSTALL_DATADIR}/frcnn)

install(EXPORT frcnn-targets NAMESPACE frcnn:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/frcnn)
configure_package_config_file(cmake/frcnn-config.cmake.in frcnn-config.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/frcnn)
write_basic_package_version_file(frcnn-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/frcnn-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/frcnn-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/frcnn)
# From where the file lies, so that an installed tree can be moved.
file(RELATIVE_PATH FRCNN_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/frcnn.pc.in frcnn.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/frcnn.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
