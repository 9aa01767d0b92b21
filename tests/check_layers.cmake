# Holds the code to its order. Run: cmake -P tests/check_layers.cmake
#
#   - A room includes only itself and the rooms left of it; inside a room a sub-room includes only itself
#     and what stands left of it in that room's order. Neither order admits a circle.
#   - Each third-party library has one owner, and stays out of headers except where this file says why.
#   - No source or header of a room, and none of the tests, has more than 400 lines.
cmake_minimum_required(VERSION 3.25)
get_filename_component(root ${CMAKE_CURRENT_LIST_DIR} DIRECTORY)
if(DEFINED ARGV_ROOT)
  set(root ${ARGV_ROOT})
endif()
set(max_lines 400)

set(rooms nn search storage reports runner)
# `.` stands for the files of the room itself.
set(order_nn base files kernels data settings network training model)
set(order_search space sweep points models samplers pruners)
set(order_storage . sql sqlite postgres backends)
# Each kind of database stands alone.
set(strangers_storage_postgres sqlite)
set(order_reports text statistics sweep winner findings summary export assets model_export page)
set(order_runner console process server yaml sweep_file reference external stored run model check serve merge tour commands .)
# `data` and `settings` do not know each other: a data set is the same for every network.
set(strangers_nn_settings data)

# How the include line of a library begins, and the folders that may write it.
set(libraries
  "oneapi/dnnl|dnnl" "Eigen/" "libdeflate" "SQLiteCpp/|sqlite3" "libpq" "yaml-cpp/" "boost/program_options"
  "(oneapi/)?tbb/" "httplib" "gtest/|gmock/")
set(owners  # Eigen serves whitening and the linear baseline (nn) and the covariances of models (search).
  "nn/" "(nn|search)/" "nn/" "storage/sqlite/" "storage/postgres/" "runner/yaml/" "runner/commands/" "runner/run/" "runner/serve/" "tests/")
# Headers that may include a library; every other header declares the types that it names.
set(header_exceptions
  storage/sqlite/transaction.h     # a template that catches SQLite's exceptions
  runner/commands/help.h)          # returns Boost's tables of options by value

set(failures 0)
function(fail text)
  message("${text}")
  math(EXPR failures "${failures} + 1")
  set(failures ${failures} PARENT_SCOPE)
endfunction()

function(require_short file)
  file(READ ${root}/${file} text)
  string(REGEX MATCHALL "\n" newlines "${text}")
  list(LENGTH newlines count)
  if(count GREATER max_lines)
    fail("${file}: has ${count} lines, more than ${max_lines}: is it one purpose?")
    set(failures ${failures} PARENT_SCOPE)
  endif()
endfunction()

# The sub-room of a path inside its room, `.` for the room's own files.
function(sub_room path result)
  if(path MATCHES "^[^/]+/([^/]+)/")
    set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
  else()
    set(${result} . PARENT_SCOPE)
  endif()
endfunction()

set(allowed "")
foreach(room IN LISTS rooms)
  list(APPEND allowed ${room})
  file(GLOB_RECURSE files RELATIVE ${root} ${root}/${room}/*.h ${root}/${room}/*.cpp)
  foreach(file IN LISTS files)
    sub_room(${file} here)
    list(FIND order_${room} ${here} place)
    if(place LESS 0)
      fail("${file}: ${room} has no sub-room '${here}'; they are: ${order_${room}}")
    endif()
    file(STRINGS ${root}/${file} includes REGEX "^#include")
    foreach(include IN LISTS includes)
      string(REGEX REPLACE "^#include +[<\"]([^>\"]+)[>\"].*" "\\1" header "${include}")
      string(REGEX REPLACE "/.*" "" target "${header}")
      if(include MATCHES "\"" OR target IN_LIST rooms)  # also our own in angle brackets
        if(NOT target IN_LIST allowed)
          fail("${file}: includes ${header}, but ${room} may include only: ${allowed}")
        elseif(target STREQUAL room)
          sub_room(${header} there)
          list(FIND order_${room} ${there} target_place)
          if(target_place GREATER place OR there IN_LIST strangers_${room}_${here})
            fail("${file}: includes ${header}, which does not stand left of ${room}/${here}: ${order_${room}}")
          endif()
        elseif(header MATCHES "^storage/(sql|sqlite|postgres|backends)/")
          fail("${file}: includes ${header}, but databases stay behind the interfaces of storage")
        endif()
      endif()
      foreach(pattern owner IN ZIP_LISTS libraries owners)
        if(include MATCHES "<" AND header MATCHES "^(${pattern})")
          if(NOT file MATCHES "^${owner}")
            fail("${file}: includes ${header}, which belongs to ${owner}")
          endif()
          if(file MATCHES "\\.h$" AND NOT file IN_LIST header_exceptions)
            fail("${file}: a header includes ${header}; declare what it needs instead")
          endif()
        endif()
      endforeach()
    endforeach()
    require_short(${file})
  endforeach()
endforeach()

file(GLOB_RECURSE files RELATIVE ${root} ${root}/tests/*.h ${root}/tests/*.cpp)
foreach(file IN LISTS files)
  require_short(${file})
endforeach()

if(failures GREATER 0)
  message(FATAL_ERROR "${failures} breaches of the order of the rooms")
endif()
message("the order of the rooms holds")
