// SPDX-License-Identifier: Apache-2.0
// The condition language in PEGTL, one struct a rule, to be read like the EBNF beside each. The
// words of operators, modifiers and transformers come from operators.def. What was expected where
// a rule must match but does not is in messages.hpp. Only lang/parse.cpp and output.hpp use this.
//
// `must` stands where no other reading is left, so an error is reported at the exact token.
#pragma once

#include <cstddef>

#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/parse_tree.hpp>

namespace sensor::grammar {

namespace peg = tao::pegtl;

// ---- bytes and tokens -------------------------------------------------------------------------

struct blank : peg::one<' ', '\t', '\b', '\r', '\n'> {};
struct blanks : peg::star<blank> {};  // `_` of the EBNF
struct gap : peg::plus<blank> {};     // `S`: at least one

struct word_tail : peg::sor<peg::alnum, peg::one<'_'>> {};
struct word : peg::seq<peg::alpha, peg::star<word_tail>> {};  // Ident
struct name : peg::seq<word, peg::plus<peg::one<'.'>, word>> {};  // FieldName

struct hex_number : peg::seq<peg::one<'0'>, peg::one<'x', 'X'>, peg::plus<peg::xdigit>> {};
struct exponent : peg::seq<peg::one<'e', 'E'>, peg::one<'+', '-'>, peg::plus<peg::digit>> {};
struct decimal_number
    : peg::seq<peg::opt<peg::one<'+', '-'>>, peg::plus<peg::digit>,
               peg::opt<peg::one<'.'>, peg::star<peg::digit>>, peg::opt<exponent>> {};

// A quote closes unless the byte before it is a backslash, whatever stands before that one.
template <char Quote>
struct quoted_byte : peg::sor<peg::seq<peg::one<'\\'>, peg::one<Quote>>, peg::not_one<Quote>> {};
template <char Quote>
struct quoted_bytes : peg::star<quoted_byte<Quote>> {};
struct closing_quote : peg::one<'"'> {};
struct closing_single_quote : peg::one<'\''> {};
struct double_quoted : peg::seq<peg::one<'"'>, quoted_bytes<'"'>, peg::must<closing_quote>> {};
struct single_quoted
    : peg::seq<peg::one<'\''>, quoted_bytes<'\''>, peg::must<closing_single_quote>> {};
struct quoted : peg::sor<double_quoted, single_quoted> {};

// Bare text and bare field arguments exclude all of isspace(), which is not the set of blanks.
struct bare_byte
    : peg::not_one<'(', ')', '"', '\'', '=', ',', ' ', '\t', '\n', '\v', '\f', '\r'> {};
struct bare_text : peg::plus<bare_byte> {};
struct bare_argument
    : peg::plus<peg::not_one<'[', ']', '"', '\'', ' ', '\t', '\n', '\v', '\f', '\r'>> {};

// ---- words of operators.def -------------------------------------------------------------------

// A spelt-out operator needs a blank behind it ("containsfoo" is none), a symbol does not.
template <typename Text>
struct text_operator_of : peg::sor<peg::seq<peg::at<peg::alpha>, Text, peg::at<blank>>,
                                   peg::seq<peg::not_at<peg::alpha>, Text>> {};

#define MODIFIER(id, text)
#define TRANSFORMER(id, text, min, max)
#define OP(id, text, right, types) SENSOR_ROW_##right(text)
#define SENSOR_ROW_NUMBER(text) TAO_PEGTL_STRING(text),
#define SENSOR_ROW_ONE(text)
#define SENSOR_ROW_MANY(text)
#define SENSOR_ROW_NONE(text)
struct number_operator : peg::sor<
#include "operators.def"
    peg::failure> {};
#undef SENSOR_ROW_NUMBER
#undef SENSOR_ROW_ONE
#define SENSOR_ROW_NUMBER(text)
#define SENSOR_ROW_ONE(text) text_operator_of<TAO_PEGTL_STRING(text)>,
struct text_operator : peg::sor<
#include "operators.def"
    peg::failure> {};
#undef SENSOR_ROW_ONE
#undef SENSOR_ROW_MANY
#define SENSOR_ROW_ONE(text)
#define SENSOR_ROW_MANY(text) TAO_PEGTL_STRING(text),
struct list_operator : peg::sor<
#include "operators.def"
    peg::failure> {};
#undef SENSOR_ROW_MANY
#undef SENSOR_ROW_NONE
#define SENSOR_ROW_MANY(text)
#define SENSOR_ROW_NONE(text) TAO_PEGTL_STRING(text),
struct unary_operator : peg::sor<
#include "operators.def"
    peg::failure> {};
#undef SENSOR_ROW_NUMBER
#undef SENSOR_ROW_ONE
#undef SENSOR_ROW_MANY
#undef SENSOR_ROW_NONE
#undef OP
#undef MODIFIER
#undef TRANSFORMER

#define OP(id, text, right, types)
#define TRANSFORMER(id, text, min, max)
#define MODIFIER(id, text) TAO_PEGTL_STRING(text),
struct modifier : peg::sor<
#include "operators.def"
    peg::failure> {};
#undef MODIFIER
#undef TRANSFORMER
#define MODIFIER(id, text)
#define TRANSFORMER(id, text, min, max) TAO_PEGTL_STRING(text),
struct transformer_name : peg::sor<
#include "operators.def"
    peg::failure> {};
#undef OP
#undef MODIFIER
#undef TRANSFORMER

// ---- operands ---------------------------------------------------------------------------------

struct operand;
struct comma : peg::seq<blanks, peg::one<','>, blanks> {};
struct closing_parenthesis : peg::one<')'> {};
struct closing_bracket : peg::one<']'> {};

// argument = "[" ( Quoted | BareArg ) "]" ;
struct argument_text : peg::sor<quoted, bare_argument> {};
struct argument
    : peg::seq<peg::one<'['>, peg::must<argument_text>, peg::must<closing_bracket>> {};
// field = FieldName [ argument ] ;
struct field : peg::seq<name, peg::opt<argument>> {};

// tlist = "(" _ [ titem { _ "," _ titem } ] _ ")" ;
struct number : peg::sor<hex_number, decimal_number> {};
struct transform;
struct list_operand : peg::sor<field, transform, quoted, number> {};
struct list_operands : peg::seq<list_operand, peg::star<comma, peg::must<list_operand>>> {};
struct operand_list : peg::seq<peg::one<'('>, blanks, peg::opt<list_operands>, blanks,
                               peg::must<closing_parenthesis>> {};
// targ = HexNum | Num | Quoted | tlist | transf | field ;
struct operand : peg::sor<number, quoted, operand_list, transform, field> {};
// transf = tname "(" _ targ { _ "," _ targ } _ ")" [ argument ] ;
struct transform
    : peg::seq<transformer_name, peg::one<'('>, blanks, peg::must<operand>,
               peg::star<comma, peg::must<operand>>, blanks, peg::must<closing_parenthesis>,
               peg::opt<argument>> {};

// lhs = field | transf ;
struct left_side : peg::sor<field, transform> {};

// rhsfield = "val(" _ field _ ")" | transf ;
struct value_field : peg::seq<TAO_PEGTL_STRING("val("), blanks, peg::must<field>, blanks,
                              peg::must<closing_parenthesis>> {};
struct right_field : peg::sor<value_field, transform> {};

// list = "(" _ [ item { _ "," _ item } ] _ ")" ;
struct list_item : peg::sor<quoted, bare_text> {};
struct list_items : peg::seq<list_item, peg::star<comma, peg::must<list_item>>> {};
struct list : peg::seq<peg::one<'('>, blanks, peg::opt<list_items>, blanks,
                       peg::must<closing_parenthesis>> {};

// ---- checks -----------------------------------------------------------------------------------

struct number_value : peg::sor<right_field, number> {};
struct text_value : peg::sor<right_field, quoted, bare_text> {};
struct plain_word : word {};
struct list_value : peg::sor<list, right_field, plain_word> {};

// `x = oneof and m` compares with the text "oneof"; `x = oneof (a)` has a modifier.
struct keyword : peg::seq<peg::sor<TAO_PEGTL_STRING("and"), TAO_PEGTL_STRING("or"),
                                   TAO_PEGTL_STRING("not")>,
                          peg::not_at<word_tail>> {};
struct modified_list : peg::seq<gap, modifier, gap, peg::not_at<keyword>,
                                peg::sor<list, plain_word>> {};

struct number_check : peg::seq<number_operator, blanks, peg::must<number_value>> {};
struct text_check
    : peg::seq<text_operator,
               peg::sor<modified_list, peg::seq<blanks, peg::must<text_value>>>> {};
struct list_check : peg::seq<list_operator, blanks, peg::must<list_value>> {};
struct operator_and_right : peg::sor<unary_operator, number_check, text_check, list_check> {};
struct comparison : peg::seq<left_side, blanks, peg::must<operator_and_right>> {};

struct macro_name : word {};

// ---- boolean operators ------------------------------------------------------------------------

struct disjunction;
// group = _ or _ ")" ;   the "(" is already read
struct group_end : peg::one<')'> {};
struct group : peg::seq<blanks, peg::must<disjunction>, blanks, peg::must<group_end>> {};
// check = "(" group | lhs ... | Ident ;
struct check : peg::sor<peg::seq<peg::one<'('>, group>, comparison, macro_name> {};
// not = { "not" S } ( "not(" group | check ) ;
struct not_word : peg::seq<TAO_PEGTL_STRING("not"), gap> {};
struct not_group : peg::seq<TAO_PEGTL_STRING("not("), group> {};
struct negation : peg::seq<peg::star<not_word>, peg::sor<not_group, check>> {};
// and = not { _ "and" ( S not | "(" group ) } ;
template <typename Keyword, typename Next>
struct tail : peg::seq<blanks, Keyword,
                       peg::sor<peg::seq<gap, peg::must<Next>>, peg::seq<peg::one<'('>, group>>> {};
struct conjunction
    : peg::seq<negation, peg::star<tail<TAO_PEGTL_STRING("and"), negation>>> {};
// or = and { _ "or" ( S and | "(" group ) } ;
struct disjunction
    : peg::seq<conjunction, peg::star<tail<TAO_PEGTL_STRING("or"), conjunction>>> {};
// condition = _ or _ ;
struct end_of_condition : peg::eof {};
struct condition
    : peg::seq<blanks, peg::must<disjunction>, blanks, peg::must<end_of_condition>> {};

// A left side standing alone: in outputs and in the `fields` of exceptions.
struct end_of_expression : peg::eof {};
struct expression : peg::seq<peg::must<left_side>, peg::must<end_of_expression>> {};

}  // namespace sensor::grammar
