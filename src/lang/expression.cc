#include "lang/expression.h"

#include <array>
#include <optional>

namespace yijian::lang {
namespace {

enum class TokenKind { kEnd, kNumber, kText, kName, kSign, kBad };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  int offset = 0;
  std::string text;
  Micro number = 0;
  bool quoted = false;  // a name in back-quotes is no keyword
};

bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token Next() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      at_++;
    Token token;
    token.offset = static_cast<int>(at_);
    if (at_ >= text_.size()) return token;
    char c = text_[at_];
    if (IsDigit(c)) return Number(token);
    if (c == '\'' || c == '"') return Text(token, c);
    if (c == '`') return Quoted(token);
    if (IsNameStart(c)) return Name(token);
    return Sign(token);
  }

 private:
  Token Number(Token token) {
    size_t start = at_;
    while (at_ < text_.size() &&
           (IsDigit(text_[at_]) || (text_[at_] == '.' && at_ + 1 < text_.size() && IsDigit(text_[at_ + 1]))))
      at_++;
    token.text = text_.substr(start, at_ - start);
    std::optional<Micro> number = ParseMicro(token.text);
    token.kind = number ? TokenKind::kNumber : TokenKind::kBad;
    token.number = number.value_or(0);
    if (!number) token.text = "the number " + token.text + " has more than six decimals or is too large";
    return token;
  }

  Token Text(Token token, char quote) {
    at_++;
    token.kind = TokenKind::kText;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        at_++;
        char escaped = text_[at_];
        token.text += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped;
      } else {
        token.text += text_[at_];
      }
      at_++;
    }
    if (at_ >= text_.size()) {
      token.kind = TokenKind::kBad;
      token.text = "the text that begins here has no closing quote";
    } else {
      at_++;
    }
    return token;
  }

  // `any name`: for source columns whose names are not identifiers.
  Token Quoted(Token token) {
    size_t end = text_.find('`', at_ + 1);
    if (end == std::string_view::npos) {
      token.kind = TokenKind::kBad;
      token.text = "the name that begins here has no closing back-quote";
      at_ = text_.size();
      return token;
    }
    token.kind = TokenKind::kName;
    token.quoted = true;
    token.text = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return token;
  }

  Token Name(Token token) {
    size_t start = at_;
    while (at_ < text_.size() && (IsNameStart(text_[at_]) || IsDigit(text_[at_]))) at_++;
    token.kind = TokenKind::kName;
    token.text = text_.substr(start, at_ - start);
    return token;
  }

  Token Sign(Token token) {
    constexpr std::array<std::string_view, 6> kDouble{"&&", "||", "==", "!=", "<=", ">="};
    for (std::string_view sign : kDouble) {
      if (text_.substr(at_, 2) == sign) {
        at_ += 2;
        token.kind = TokenKind::kSign;
        token.text = sign;
        return token;
      }
    }
    char c = text_[at_++];
    token.text = c;
    token.kind =
        std::string_view("!<>+-*/?:.,()[]").find(c) == std::string_view::npos ? TokenKind::kBad : TokenKind::kSign;
    if (token.kind == TokenKind::kBad) token.text = std::string("'") + c + "' has no meaning here";
    return token;
  }

  std::string_view text_;
  size_t at_ = 0;
};

class Parser {
 public:
  Parser(std::string_view text, const Place& place, Diagnostics& diagnostics)
      : text_(text), place_(place), diagnostics_(diagnostics), lexer_(text) {
    Advance();
  }

  NodePtr ParseAll() {
    NodePtr tree = Ternary();
    if (tree && token_.kind != TokenKind::kEnd) return Fail("'" + token_.text + "' is left over after the expression");
    return tree;
  }

 private:
  struct DepthGuard {
    explicit DepthGuard(int& count) : depth(++count), counter(count) {}
    ~DepthGuard() { counter--; }
    DepthGuard(const DepthGuard&) = delete;
    DepthGuard& operator=(const DepthGuard&) = delete;
    int depth;
    int& counter;
  };

  void Advance() {
    token_ = lexer_.Next();
    if (token_.kind == TokenKind::kBad) Fail(token_.text, Code::kBadLiteral);
  }

  bool IsSign(std::string_view sign) const { return token_.kind == TokenKind::kSign && token_.text == sign; }

  bool Accept(std::string_view sign) {
    if (!IsSign(sign)) return false;
    Advance();
    return true;
  }

  bool Expect(std::string_view sign) {
    if (Accept(sign)) return true;
    Fail("expected '" + std::string(sign) + "' before " +
         (token_.kind == TokenKind::kEnd ? "the end" : "'" + token_.text + "'"));
    return false;
  }

  NodePtr Fail(const std::string& message, Code code = Code::kSyntax) {
    if (!failed_) diagnostics_.Add(code, PlaceOf(place_, text_, token_.offset), message);
    failed_ = true;
    return nullptr;
  }

  static std::unique_ptr<Node> Make(NodeKind kind, int offset, std::string text = {}) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->offset = offset;
    node->text = std::move(text);
    return node;
  }

  NodePtr Ternary() {
    DepthGuard guard(depth_);
    if (guard.depth > kDepthMax)
      return Fail("the expression nests deeper than " + std::to_string(kDepthMax), Code::kTooDeep);
    NodePtr condition = Binary(0);
    if (!condition || !IsSign("?")) return condition;
    auto node = Make(NodeKind::kTernary, token_.offset);
    Advance();
    NodePtr yes = Ternary();
    if (!yes || !Expect(":")) return nullptr;
    NodePtr no = Ternary();
    if (!no) return nullptr;
    node->children.push_back(std::move(condition));
    node->children.push_back(std::move(yes));
    node->children.push_back(std::move(no));
    return node;
  }

  // Binding strength of the operator at hand, or -1.
  int Strength() const {
    if (token_.kind == TokenKind::kName) return token_.text == "in" && !token_.quoted ? 2 : -1;
    if (token_.kind != TokenKind::kSign) return -1;
    if (token_.text == "||") return 0;
    if (token_.text == "&&") return 1;
    if (token_.text == "==" || token_.text == "!=" || token_.text == "<" || token_.text == "<=" || token_.text == ">" ||
        token_.text == ">=")
      return 2;
    if (token_.text == "+" || token_.text == "-") return 3;
    if (token_.text == "*" || token_.text == "/") return 4;
    return -1;
  }

  // Long chains `a && b && c ...` make deep left trees; they count towards the depth too.
  NodePtr Binary(int strength_min) {
    NodePtr left = Unary();
    int chain = 0;
    while (left) {
      int strength = Strength();
      if (strength < strength_min) return left;
      if (++chain > 4 * kDepthMax)
        return Fail("more than " + std::to_string(4 * kDepthMax) + " operators in one chain", Code::kTooDeep);
      auto node = Make(NodeKind::kBinary, token_.offset, token_.text);
      Advance();
      DepthGuard guard(depth_);
      if (guard.depth > kDepthMax)
        return Fail("the expression nests deeper than " + std::to_string(kDepthMax), Code::kTooDeep);
      NodePtr right = Binary(strength + 1);
      if (!right) return nullptr;
      node->children.push_back(std::move(left));
      node->children.push_back(std::move(right));
      left = std::move(node);
    }
    return nullptr;
  }

  NodePtr Unary() {
    DepthGuard guard(depth_);
    if (guard.depth > kDepthMax)
      return Fail("the expression nests deeper than " + std::to_string(kDepthMax), Code::kTooDeep);
    if (IsSign("!") || IsSign("-")) {
      auto node = Make(NodeKind::kUnary, token_.offset, token_.text);
      Advance();
      NodePtr child = Unary();
      if (!child) return nullptr;
      node->children.push_back(std::move(child));
      return node;
    }
    return Postfix();
  }

  NodePtr Postfix() {
    NodePtr node = Primary();
    int chain = 0;
    while (node) {
      if (++chain > kDepthMax)
        return Fail("more than " + std::to_string(kDepthMax) + " members in one chain", Code::kTooDeep);
      int offset = token_.offset;
      if (Accept(".")) {
        if (token_.kind != TokenKind::kName) return Fail("expected a name after '.'");
        std::string name = token_.text;
        Advance();
        if (IsSign("(")) {
          auto call = Make(NodeKind::kCall, offset, name);
          call->method = true;
          call->children.push_back(std::move(node));
          if (!Arguments("(", ")", *call)) return nullptr;
          node = std::move(call);
        } else {
          auto member = Make(NodeKind::kMember, offset, name);
          member->children.push_back(std::move(node));
          node = std::move(member);
        }
      } else if (IsSign("[")) {
        auto index = Make(NodeKind::kIndex, offset);
        index->children.push_back(std::move(node));
        if (!Arguments("[", "]", *index)) return nullptr;
        if (index->children.size() < 2) return Fail("expected a key between '[' and ']'");
        node = std::move(index);
      } else {
        return node;
      }
    }
    return nullptr;
  }

  bool Arguments(std::string_view open, std::string_view close, Node& node) {
    if (!Expect(open)) return false;
    if (Accept(close)) return true;
    do {
      NodePtr child = Ternary();
      if (!child) return false;
      node.children.push_back(std::move(child));
    } while (Accept(","));
    return Expect(close);
  }

  NodePtr Primary() {
    Token token = token_;
    switch (token.kind) {
      case TokenKind::kNumber: {
        Advance();
        auto node = Make(NodeKind::kNumber, token.offset, token.text);
        node->number = token.number;
        return node;
      }
      case TokenKind::kText:
        Advance();
        return Make(NodeKind::kText, token.offset, token.text);
      case TokenKind::kName:
        return Name(token);
      case TokenKind::kSign:
        if (Accept("(")) {
          NodePtr inner = Ternary();
          return inner && Expect(")") ? std::move(inner) : nullptr;
        }
        if (IsSign("[")) {
          auto list = Make(NodeKind::kList, token.offset);
          return Arguments("[", "]", *list) ? NodePtr(std::move(list)) : nullptr;
        }
        return Fail("expected a value before '" + token.text + "'");
      case TokenKind::kEnd:
        return Fail("the expression ends where a value is expected");
      case TokenKind::kBad:
        return nullptr;
    }
    return nullptr;
  }

  NodePtr Name(const Token& token) {
    Advance();
    bool keyword = !token.quoted;
    if (keyword && (token.text == "true" || token.text == "false")) {
      auto node = Make(NodeKind::kBool, token.offset, token.text);
      node->number = token.text == "true" ? 1 : 0;
      return node;
    }
    if (keyword && token.text == "null") return Make(NodeKind::kNull, token.offset, token.text);
    if (keyword && token.text == "in") return Fail("'in' needs a value on its left");
    if (IsSign("(")) {
      auto call = Make(NodeKind::kCall, token.offset, token.text);
      return Arguments("(", ")", *call) ? NodePtr(std::move(call)) : nullptr;
    }
    return Make(NodeKind::kName, token.offset, token.text);
  }

  std::string_view text_;
  const Place& place_;
  Diagnostics& diagnostics_;
  Lexer lexer_;
  Token token_;
  int depth_ = 0;
  bool failed_ = false;
};

std::string Join(const std::vector<NodePtr>& nodes, size_t first) {
  std::string text;
  for (size_t i = first; i < nodes.size(); i++) text += (i > first ? ", " : "") + Print(*nodes[i]);
  return text;
}

bool IsPlainName(std::string_view name) {
  if (name.empty() || !IsNameStart(name[0]) || name == "in" || name == "true" || name == "false" || name == "null")
    return false;
  for (char c : name) {
    if (!IsNameStart(c) && !IsDigit(c)) return false;
  }
  return true;
}

std::string PrintName(const std::string& name) { return IsPlainName(name) ? name : "`" + name + "`"; }

std::string PrintText(std::string_view text) {
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c == '\n' ? std::string("\\n") : c == '\t' ? std::string("\\t") : std::string(1, c);
  }
  return quoted + "'";
}

}  // namespace

NodePtr Parse(std::string_view text, const Place& place, Diagnostics& diagnostics) {
  if (text.size() > kTextMax) {
    diagnostics.Add(Code::kTooDeep, place, "the expression is longer than " + std::to_string(kTextMax) + " bytes");
    return nullptr;
  }
  size_t before = diagnostics.list().size();
  NodePtr tree = Parser(text, place, diagnostics).ParseAll();
  return diagnostics.list().size() == before ? std::move(tree) : nullptr;
}

Place PlaceOf(const Place& start, std::string_view text, int offset) {
  Place place = start;
  for (int i = 0; i < offset && i < static_cast<int>(text.size()); i++) {
    char c = text[static_cast<size_t>(i)];
    if (c == '\n') {
      place.line++;
      place.column = 1;
    } else if ((c & 0xC0) != 0x80) {
      place.column++;
    }
  }
  return place;
}

std::string Print(const Node& node) {
  switch (node.kind) {
    case NodeKind::kBool:
    case NodeKind::kNull:
      return node.text;
    case NodeKind::kNumber:
      return FormatMicro(node.number);
    case NodeKind::kText:
      return PrintText(node.text);
    case NodeKind::kName:
      return PrintName(node.text);
    case NodeKind::kMember:
      return Print(*node.children[0]) + "." + PrintName(node.text);
    case NodeKind::kIndex:
      return Print(*node.children[0]) + "[" + Join(node.children, 1) + "]";
    case NodeKind::kCall:
      if (node.method)
        return Print(*node.children[0]) + "." + PrintName(node.text) + "(" + Join(node.children, 1) + ")";
      return PrintName(node.text) + "(" + Join(node.children, 0) + ")";
    case NodeKind::kList:
      return "[" + Join(node.children, 0) + "]";
    case NodeKind::kUnary:
      return "(" + node.text + Print(*node.children[0]) + ")";
    case NodeKind::kBinary:
      return "(" + Print(*node.children[0]) + " " + node.text + " " + Print(*node.children[1]) + ")";
    case NodeKind::kTernary:
      return "(" + Print(*node.children[0]) + " ? " + Print(*node.children[1]) + " : " + Print(*node.children[2]) + ")";
  }
  return {};
}

}  // namespace yijian::lang
