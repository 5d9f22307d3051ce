# SPDX-License-Identifier: Apache-2.0
# cmake --install: the three programs, our rules under their own name, and a falco.yaml only where
# the machine has none. A user's falco.yaml and falco_rules.yaml are never written.
include(GNUInstallDirs)
set(SENSOR_CONFIG_DIR ${CMAKE_INSTALL_FULL_SYSCONFDIR}/falco
    CACHE PATH "where falco.yaml and the rules are looked for")

foreach(program falco-ebpf falco-rulec falco-bench)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()

# Completion is looked for by the name of the command, one file a command.
if(TARGET reference)
  foreach(program falco-ebpf falco-rulec)
    install(FILES ${SENSOR_REFERENCE_DIR}/falco-ebpf.bash RENAME ${program}
            DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  endforeach()
  install(FILES ${SENSOR_REFERENCE_DIR}/_falco-ebpf
          DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES ${SENSOR_REFERENCE_DIR}/falco-rulec.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${SENSOR_REFERENCE_DIR}/falco-ebpf.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
endif()

# The whole set for reference and for packages, then the live copies.
install(DIRECTORY config rules DESTINATION ${CMAKE_INSTALL_DATADIR}/falco-ebpf)
install(DIRECTORY rules/ DESTINATION ${SENSOR_CONFIG_DIR}
        FILES_MATCHING PATTERN "falco-ebpf*_rules.yaml")
install(CODE "
  set(target \"\$ENV{DESTDIR}${SENSOR_CONFIG_DIR}/falco.yaml\")
  if(EXISTS \"\${target}\")
    message(STATUS \"Kept: \${target}\")
  elseif(EXISTS \"${CMAKE_SOURCE_DIR}/config/falco.yaml\")
    message(STATUS \"Installing: \${target}\")
    configure_file(\"${CMAKE_SOURCE_DIR}/config/falco.yaml\" \"\${target}\" COPYONLY)
  endif()")
install(FILES LICENSE bpf/LICENSE.GPL-2.0 CONTRIBUTING.md README.md SECURITY.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
