// SPDX-License-Identifier: Apache-2.0
// Fields whose values come from the pool instead of an event: of the declared type mostly, of
// another or absent at times; the same for the same event number, field and argument. evt.type and
// evt.num tell the truth, because event types are decided without asking the field.
#pragma once

#include "fields/context.hpp"
#include "tests/diff/value_pool.hpp"

namespace sensor::testing {

const ValuePool& value_pool();

/// As fields::extractor.
fields::Extractor fake_extractor(FieldId id) noexcept;

/// Every field has the value value_pool().all()[evt_num].
fields::Extractor pool_extractor(FieldId id) noexcept;

}  // namespace sensor::testing
