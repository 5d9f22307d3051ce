# SPDX-License-Identifier: Apache-2.0
# cpack -G "DEB;RPM;TGZ" in a build folder: packages in the file layout of Falco's own, which they
# take the place of. From a static build (`make package`) one of each serves every distribution;
# from another build the .deb needs the libraries of the release it was made on.
set(SENSOR_CONTACT falco-ebpf@users.noreply.github.com)
set(SENSOR_PACKAGING ${CMAKE_SOURCE_DIR}/packaging)
set(out ${CMAKE_BINARY_DIR}/packaging)

# Each script has the functions it shares with the others inside: it may run when nothing of the
# package is there.
file(READ ${SENSOR_PACKAGING}/keep.sh SENSOR_KEEP)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${SENSOR_PACKAGING}/keep.sh)
file(WRITE ${out}/conffiles "/etc/falco/falco-ebpf_rules.yaml\n/etc/init.d/falco-ebpf\n")
file(WRITE ${out}/templates "")
foreach(script config preinst postinst prerm postrm)
  configure_file(${SENSOR_PACKAGING}/deb/${script}.in ${out}/${script} @ONLY
                 FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
                                  WORLD_READ WORLD_EXECUTE)
endforeach()
foreach(script pre post posttrans preun postun)
  configure_file(${SENSOR_PACKAGING}/rpm/${script}.sh.in ${out}/${script}.sh @ONLY)
endforeach()
execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} log -1 --format=%aD
                OUTPUT_VARIABLE SENSOR_DATE OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT SENSOR_DATE)
  execute_process(COMMAND date -R OUTPUT_VARIABLE SENSOR_DATE OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()

set(CPACK_PACKAGE_NAME falco-ebpf)
set(CPACK_PACKAGE_VENDOR "falco-ebpf")
set(CPACK_PACKAGE_CONTACT "The falco-ebpf project <${SENSOR_CONTACT}>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "runtime security sensor with eBPF and compiled rules")
set(CPACK_PACKAGE_DESCRIPTION
"Watches system calls from inside the kernel, judges every event with rules
that were compiled to machine code, and raises alerts. Takes the falco.yaml
and the rules of Falco unchanged, and the place of its package.")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_THREADS 0)
set(CPACK_PRE_BUILD_SCRIPTS ${SENSOR_PACKAGING}/stage.cmake)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_GENERATOR DEB)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_PROVIDES falco)
set(CPACK_DEBIAN_PACKAGE_CONFLICTS falco)
set(CPACK_DEBIAN_PACKAGE_REPLACES falco)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
if(SENSOR_STATIC)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS OFF)
endif()
set(CPACK_DEBIAN_PACKAGE_DEPENDS "init-system-helpers (>= 1.51)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${out}/conffiles ${out}/config ${out}/templates ${SENSOR_PACKAGING}/deb/triggers ${out}/preinst
    ${out}/postinst ${out}/prerm ${out}/postrm)

set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE Apache-2.0)
set(CPACK_RPM_PACKAGE_RELEASE 1)
set(CPACK_RPM_PACKAGE_PROVIDES falco)
set(CPACK_RPM_PACKAGE_CONFLICTS falco)
set(CPACK_RPM_PACKAGE_OBSOLETES "falco < 1:0")
set(CPACK_RPM_PACKAGE_AUTOREQ OFF)
set(CPACK_RPM_PACKAGE_RELOCATABLE OFF)
set(CPACK_RPM_SPEC_MORE_DEFINE
"%define _binary_payload w6T.xzdio
%define _build_id_links none
%define __os_install_post %{nil}")
set(CPACK_RPM_USER_FILELIST "%config(noreplace) /etc/falco/falco-ebpf_rules.yaml")
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    /etc /usr/lib/systemd /usr/lib/systemd/system /usr/lib/tmpfiles.d /usr/share/man
    /usr/share/man/man1 /usr/share/man/man5 /usr/share/man/man8 /usr/share/bash-completion
    /usr/share/bash-completion/completions /usr/share/zsh /usr/share/zsh/site-functions
    /usr/share/fish /usr/share/fish/vendor_completions.d)
set(CPACK_RPM_PRE_INSTALL_SCRIPT_FILE ${out}/pre.sh)
set(CPACK_RPM_POST_INSTALL_SCRIPT_FILE ${out}/post.sh)
set(CPACK_RPM_POST_TRANS_SCRIPT_FILE ${out}/posttrans.sh)
set(CPACK_RPM_PRE_UNINSTALL_SCRIPT_FILE ${out}/preun.sh)
set(CPACK_RPM_POST_UNINSTALL_SCRIPT_FILE ${out}/postun.sh)

set(CPACK_ARCHIVE_FILE_NAME falco-ebpf-${PROJECT_VERSION}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PACKAGE_FILE_NAME ${CPACK_ARCHIVE_FILE_NAME})

# What the packages may come to need of their parts, in a program of its own: TLS, Kafka, names.
if(SENSOR_STATIC)
  add_executable(static_link ${CMAKE_SOURCE_DIR}/tests/packaging/static_link.cpp)
  target_link_libraries(static_link PRIVATE PkgConfig::CURL PkgConfig::RDKAFKA sensor_options)
endif()

configure_file(${SENSOR_PACKAGING}/cpack.cmake.in ${out}/cpack.cmake @ONLY)
set(CPACK_PROJECT_CONFIG_FILE ${out}/cpack.cmake)
include(CPack)
