// SPDX-License-Identifier: Apache-2.0
// Output texts in PEGTL: literal text with fields behind percent signs. The grammar finds the
// longest text behind a % that may be a field or a transformer; which prefix of it is a field that
// exists is not syntax and is decided in lang/output_format.cpp, one step at a time.
//
//   output = [ "*" ] { literal | "%" [ width ] token } ;
//   token  = field | transf ;            as on the left side of a condition
#pragma once

#include "condition.hpp"

namespace sensor::grammar {

struct everyway : peg::one<'*'> {};  // print even when a field is missing
struct literal_text : peg::plus<peg::not_one<'%'>> {};
struct width : peg::plus<peg::digit> {};

// In an output an unfinished "[..." is literal text behind the field, not an error.
template <char Quote>
struct whole_quoted : peg::seq<peg::one<Quote>, quoted_bytes<Quote>, peg::one<Quote>> {};
struct output_argument
    : peg::seq<peg::one<'['>,
               peg::sor<whole_quoted<'"'>, whole_quoted<'\''>, bare_argument>, peg::one<']'>> {};
struct output_field : peg::seq<name, peg::opt<output_argument>> {};
struct output_transform : transform {};
struct output_token : peg::sor<output_field, output_transform> {};
struct placeholder : peg::seq<peg::one<'%'>, peg::opt<width>, peg::must<output_token>> {};
struct output_step : peg::sor<literal_text, placeholder> {};
struct output : peg::seq<peg::opt<everyway>, peg::star<output_step>, peg::eof> {};

}  // namespace sensor::grammar
