# Run by cpack on the staged files of a package, before it is packed.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

if(CPACK_GENERATOR STREQUAL "DEB")
  set(root ${CPACK_TEMPORARY_DIRECTORY}/usr)
  set(doc ${root}/share/doc/hpsearch)
  file(GLOB pages ${root}/share/man/*/*)
  run(gzip -9n ${pages})
  # Where Python looks.
  file(MAKE_DIRECTORY ${root}/lib/python3/dist-packages)
  file(RENAME ${root}/share/hpsearch/python/hpsearch.py ${root}/lib/python3/dist-packages/hpsearch.py)
  file(CREATE_LINK ../../../lib/python3/dist-packages/hpsearch.py ${root}/share/hpsearch/python/hpsearch.py SYMBOLIC)
  # What Debian's policy asks for.
  file(COPY ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${doc}
    FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  file(CREATE_LINK ../../hpsearch ${doc}/examples SYMBOLIC)
  file(COPY_FILE ${CPACK_HPSEARCH_SOURCE}/CHANGELOG.md ${doc}/changelog)
  execute_process(COMMAND date -u -R -d ${CPACK_HPSEARCH_DATE} OUTPUT_VARIABLE date
    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${doc}/changelog.Debian
    "hpsearch (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium\n\n"
    "  * Release ${CPACK_PACKAGE_VERSION}; changelog.gz has what is new.\n\n"
    " -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${date}\n")
  run(gzip -9n ${doc}/changelog ${doc}/changelog.Debian)
  file(CHMOD ${doc}/changelog.gz ${doc}/changelog.Debian.gz
    PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  file(COPY_FILE ${CMAKE_CURRENT_LIST_DIR}/lintian-overrides ${root}/share/lintian-overrides)
  file(MAKE_DIRECTORY ${root}/share/lintian/overrides)
  file(RENAME ${root}/share/lintian-overrides ${root}/share/lintian/overrides/hpsearch)
else()
  run(${CMAKE_CURRENT_LIST_DIR}/bundle ${CPACK_TEMPORARY_DIRECTORY} ${CPACK_HPSEARCH_SOURCE})
endif()
