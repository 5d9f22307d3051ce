# SPDX-License-Identifier: Apache-2.0
# Run by cpack for each package format, behind the installation into the tree that is packed
# (CPACK_TEMPORARY_DIRECTORY): what only one format has, and the list of parts.
set(stage ${CPACK_TEMPORARY_DIRECTORY})
if(CPACK_GENERATOR STREQUAL TGZ)
  set(stage ${CPACK_TEMPORARY_INSTALL_DIRECTORY})
endif()
set(doc ${stage}/usr/share/doc/falco-ebpf)
set(texts)
if(SENSOR_STATIC)
  set(texts --texts ${doc}/third-party)
endif()
execute_process(COMMAND python3 ${SENSOR_PACKAGING}/sbom.py ${SENSOR_BUILD} ${stage}
                        ${CPACK_PACKAGE_VERSION} ${doc}/falco-ebpf.spdx.json ${texts}
                RESULT_VARIABLE failed)
if(failed)
  message(WARNING "the package has no list of parts")
endif()

if(NOT CPACK_GENERATOR STREQUAL TGZ)
  # Written by the package's scripts where there is none (keep.sh).
  file(REMOVE ${stage}/etc/falco/falco.yaml ${stage}/etc/falco/falco_rules.local.yaml)
endif()
if(CPACK_GENERATOR STREQUAL DEB)
  # zsh looks for what packages bring in a folder of Debian's own.
  set(zsh ${stage}/usr/share/zsh)
  file(MAKE_DIRECTORY ${zsh}/vendor-completions)
  file(RENAME ${zsh}/site-functions/_falco-ebpf ${zsh}/vendor-completions/_falco-ebpf)
  file(REMOVE_RECURSE ${zsh}/site-functions)
  # Debian has the licences itself, and the changelog in its own place.
  file(REMOVE ${doc}/LICENSE ${doc}/LICENSE.GPL-2.0)
  file(COPY ${SENSOR_PACKAGING}/deb/copyright DESTINATION ${doc})
  configure_file(${SENSOR_PACKAGING}/deb/changelog.in ${doc}/changelog.Debian @ONLY)
  execute_process(COMMAND gzip -9n ${doc}/changelog.Debian COMMAND_ERROR_IS_FATAL ANY)
  set(overrides ${SENSOR_PACKAGING}/deb/lintian-overrides)
  file(READ ${overrides} text)
  if(SENSOR_STATIC)
    file(READ ${overrides}.static more)
    string(APPEND text "${more}")
  endif()
  file(WRITE ${stage}/usr/share/lintian/overrides/falco-ebpf "${text}")
  file(MAKE_DIRECTORY ${stage}/etc)
  file(RENAME ${stage}/usr/share/falco-ebpf/init.d ${stage}/etc/init.d)
endif()
if(CPACK_GENERATOR STREQUAL TGZ)
  file(COPY ${SENSOR_PACKAGING}/tgz/install.sh ${SENSOR_PACKAGING}/../README.md
            ${SENSOR_PACKAGING}/../LICENSE DESTINATION ${stage})
endif()
