// The texts of one mapped column in a piece: from a column, an expression, a constant, or the first
// of several that has one. Threads: one owner; lives no longer than the piece and the arena.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "intake/binding.h"
#include "intake/convert.h"
#include "intake/piece.h"

namespace yijian::intake {

// Texts that mean nothing.
class NullTexts {
 public:
  explicit NullTexts(const std::vector<std::string>& texts) : texts_(texts) {
    for (const std::string& text : texts) {
      size_max_ = std::max(size_max_, text.size());
      if (!text.empty()) begins_[static_cast<unsigned char>(text[0])] = true;
    }
  }
  bool Has(std::string_view text) const {
    if (text.empty()) return true;
    if (!begins_[static_cast<unsigned char>(text[0])] || text.size() > size_max_) return false;
    return std::ranges::find(texts_, text) != texts_.end();
  }

 private:
  std::vector<std::string> texts_;
  std::array<bool, 256> begins_{};
  size_t size_max_ = 0;
};

class Cells {
 public:
  Cells(const BoundColumn& bound, const Piece& piece, const NullTexts& nulls, FormulaArena& arena)
      : bound_(bound), piece_(piece), nulls_(nulls), arena_(arena) {
    plain_ = bound.inputs.size() == 1 && !bound.inputs[0].formula;
    if (plain_) {
      places_ = piece.places.data() + bound.inputs[0].column * Piece::kStride;
    }
  }

  // Whether the column is plainly empty in all rows of the piece; false says nothing.
  bool AllBlank() const {
    return plain_ && std::all_of(places_, places_ + piece_.rows, [](const Piece::Place& at) { return at.size == 0; });
  }

  // Without blanks around it; a view without data is NULL.
  [[gnu::always_inline]] std::string_view At(size_t row) const {
    if (!plain_) return Slow(row);
    const Piece::Place place = places_[row];
    if (place.size == 0) return {};
    std::string_view text(piece_.text.data() + place.begin, place.size);
    if (static_cast<unsigned char>(text.front()) <= ' ' || static_cast<unsigned char>(text.back()) <= ' ')
      text = Trim(text);
    return nulls_.Has(text) ? std::string_view() : text;
  }

 private:
  std::string_view Slow(size_t row) const {
    if (bound_.spec.constant) return *bound_.spec.constant;
    for (const Input& input : bound_.inputs) {
      std::string_view text = input.formula ? TextOf(input.formula->Evaluate(piece_, row, arena_), arena_)
                                            : Trim(piece_.Field(input.column, row));
      if (text.data() != nullptr && !nulls_.Has(text)) return text;
    }
    return {};
  }

  const BoundColumn& bound_;
  const Piece& piece_;
  const NullTexts& nulls_;
  FormulaArena& arena_;
  bool plain_ = false;
  const Piece::Place* places_ = nullptr;
};

}  // namespace yijian::intake
