// SPDX-License-Identifier: Apache-2.0
// Names and texts as Prometheus and the keys of snapshots allow them.
#pragma once

#include <string>
#include <string_view>

namespace sensor::metrics {

/// Characters outside [a-zA-Z0-9_:] become '_', runs of '_' one.
std::string metric_name(std::string_view text);
/// The same without '_' at the end: a part of a snapshot's key.
std::string key_part(std::string_view text);
/// As metric_name, but ':' is not allowed either.
std::string label_name(std::string_view text);
/// The name without the unit that it brings: _kb, _bytes, _mb, _perc, _percentage, _ratio, _ns,
/// _ts, _sec, _total.
std::string_view without_unit(std::string_view name) noexcept;
/// For between quotes in Prometheus text: \\, \" and \n; what is no UTF-8 becomes U+FFFD, since one
/// bad byte would cost the reader the whole answer.
std::string label_value(std::string_view text);

}  // namespace sensor::metrics
