# What an installation has beside the program, its data and its example sweeps, and the packages made of it
# (./dev package): a Debian package, and an archive that brings its libraries along.

# The folders below share/ that the program has written while it was built.
set(share ${PROJECT_BINARY_DIR}/share)
install(DIRECTORY ${share}/man ${share}/bash-completion ${share}/fish ${share}/hpsearch
  DESTINATION ${CMAKE_INSTALL_DATADIR} OPTIONAL)
# The zsh of a distribution looks elsewhere than the one below /usr/local.
install(CODE "
  set(zsh site-functions)
  if(CMAKE_INSTALL_PREFIX STREQUAL \"/usr\")
    set(zsh vendor-completions)
  endif()
  if(EXISTS \"${share}/zsh\")
    file(INSTALL DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/zsh/\${zsh}\"
      TYPE FILE FILES \"${share}/zsh/site-functions/_hpsearch\")
  endif()")

# Else cpack would build all tests first.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CPACK_PACKAGE_NAME hpsearch)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR "The hpsearch authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "hyperparameter search and experiment runner in one program")
string(CONCAT CPACK_PACKAGE_DESCRIPTION
  "hpsearch tunes multilayer perceptrons, and any other training program, from\n"
  "one YAML file. It samples configurations, trains each one on the CPU, writes\n"
  "every epoch to one SQLite file as it runs, and reports what worked best and\n"
  "what to try next.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_SOURCE_DIR}/build/package)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
string(TOLOWER "hpsearch-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}" CPACK_PACKAGE_FILE_NAME)
# The prefix depends on the kind of package; each kind has files of its own.
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/prefix.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/complete.cmake)
set(CPACK_HPSEARCH_SOURCE ${PROJECT_SOURCE_DIR})
set(CPACK_HPSEARCH_DATE ${HPSEARCH_DATE})

# As Debian's own tools, from the environment. Nobody answers at the default, and lintian-overrides says so.
set(mail "hpsearch@localhost")
if(DEFINED ENV{DEBEMAIL})
  set(mail "$ENV{DEBEMAIL}")
endif()
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The hpsearch authors <${mail}>")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# hpsearch.py needs nothing but Python.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "python3, sqlite3, dataset-fashion-mnist")
include(CPack)
