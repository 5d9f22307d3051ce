# SPDX-License-Identifier: Apache-2.0
# cmake --install: the three programs, unit, rules, manual pages and completion, and a configuration
# only where the machine has none: what an operator has in /etc/falco is never written. cpack packs
# the same tree (cmake/package.cmake).
include(GNUInstallDirs)
set(SENSOR_CONFIG_DIR /etc/falco)  # where the program looks, whatever the prefix is
set(packaging ${CMAKE_SOURCE_DIR}/packaging)

foreach(program falco-ebpf falco-rulec falco-bench)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()

# What the peer's users call, unless it is there itself.
install(CODE "
  set(link \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/falco\")
  if(NOT EXISTS \"\${link}\")
    file(CREATE_LINK falco-ebpf \"\${link}\" SYMBOLIC)
  endif()")

# Completion is looked for by the name of the command, one file a command.
if(TARGET reference)
  set(completions ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  foreach(program falco falco-ebpf falco-rulec falco-bench)
    install(FILES ${SENSOR_REFERENCE_DIR}/falco-ebpf.bash RENAME ${program}
            DESTINATION ${completions})
    install(FILES ${SENSOR_REFERENCE_DIR}/falco-ebpf.fish RENAME ${program}.fish
            DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
  endforeach()
  install(FILES ${SENSOR_REFERENCE_DIR}/_falco-ebpf
          DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  foreach(page falco-ebpf.8 falco-rulec.1 falco-bench.1 falco.yaml.5)
    string(REGEX REPLACE ".*\\." "" section ${page})
    set(manuals ${CMAKE_INSTALL_MANDIR}/man${section})
    install(FILES ${SENSOR_REFERENCE_DIR}/${page}.gz DESTINATION ${manuals})
  endforeach()
  install(CODE "
    set(man8 \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man8\")
    if(NOT EXISTS \"\${man8}/falco.8.gz\")
      file(CREATE_LINK falco-ebpf.8.gz \"\${man8}/falco.8.gz\" SYMBOLIC)
    endif()")
endif()

# Services: systemd's, and one for systems without it, which the .deb moves to its place.
install(FILES ${packaging}/systemd/falco-ebpf.service DESTINATION lib/systemd/system)
install(FILES ${packaging}/systemd/falco-ebpf.conf DESTINATION lib/tmpfiles.d)
install(PROGRAMS ${packaging}/init/falco-ebpf
        DESTINATION ${CMAKE_INSTALL_DATADIR}/falco-ebpf/init.d)

# The whole set for reference, then the live copies. Our rules are turned on by a file in config.d
# that packages write where there are no public ones, so falco.yaml does not name them.
install(DIRECTORY config rules DESTINATION ${CMAKE_INSTALL_DATADIR}/falco-ebpf)
install(FILES ${packaging}/etc/own-rules.yaml DESTINATION ${CMAKE_INSTALL_DATADIR}/falco-ebpf)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS config/falco.yaml)
file(READ config/falco.yaml installed_config)
string(REPLACE "  - /etc/falco/falco-ebpf_rules.yaml\n" "" installed_config "${installed_config}")
if(NOT installed_config MATCHES "\n *- /etc/falco/config\\.d\n")
  string(APPEND installed_config
         "\n# More configuration, merged after this file.\n"
         "config_files:\n  - /etc/falco/config.d\n")
endif()
file(WRITE ${CMAKE_BINARY_DIR}/packaging/falco.yaml.new "${installed_config}")
configure_file(${CMAKE_BINARY_DIR}/packaging/falco.yaml.new
               ${CMAKE_BINARY_DIR}/packaging/falco.yaml COPYONLY)
install(FILES ${CMAKE_BINARY_DIR}/packaging/falco.yaml ${packaging}/etc/falco_rules.local.yaml
        DESTINATION ${CMAKE_INSTALL_DATADIR}/falco-ebpf/etc)
install(CODE "
  foreach(file ${CMAKE_BINARY_DIR}/packaging/falco.yaml
               ${packaging}/etc/falco_rules.local.yaml
               ${CMAKE_SOURCE_DIR}/rules/falco-ebpf_rules.yaml)
    get_filename_component(name \"\${file}\" NAME)
    set(target \"\$ENV{DESTDIR}${SENSOR_CONFIG_DIR}/\${name}\")
    if(EXISTS \"\${target}\")
      message(STATUS \"Kept: \${target}\")
    else()
      message(STATUS \"Installing: \${target}\")
      configure_file(\"\${file}\" \"\${target}\" COPYONLY)
    endif()
  endforeach()
  file(MAKE_DIRECTORY \"\$ENV{DESTDIR}${SENSOR_CONFIG_DIR}/config.d\"
                      \"\$ENV{DESTDIR}${SENSOR_CONFIG_DIR}/rules.d\")")
install(FILES LICENSE bpf/LICENSE.GPL-2.0 README.md SECURITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")

include(cmake/package.cmake)
