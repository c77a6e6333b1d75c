// The one way to an XLSX file: rows written in order, in constant memory. Only this file's source sees libxlsxwriter.
//
//   XlsxWriter book = TRY(XlsxWriter::Create("findings.xlsx"));
//   TRY(book.BeginSheet("疑点", "", {{"项目", 20}, {"金额（元）", 12}}));
//   book.Text(0, "血常规");  book.Money(1, 2450);  book.NextRow();
//   TRY(book.Close());
//
// Texts never become formulas. Units: money in fen, shown as yuan; widths in digits. Columns may be left out of a row;
// within a row they come in any order. Errors: kIo with the path; kLimit more rows than a sheet holds.
// Threads: one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"

namespace yijian::document {

class XlsxWriter {
 public:
  struct Column {
    std::string name;
    double width = 0;  // 0: the program's own
  };

  static Result<XlsxWriter> Create(const std::string& path);
  XlsxWriter(XlsxWriter&&) noexcept;
  ~XlsxWriter();  // not closed: what stands at the path is no workbook

  // title: a row above the head, with the looks of a document for paper; empty: a plain list that begins with its head.
  Status BeginSheet(const std::string& name, const std::string& title, const std::vector<Column>& columns);
  void Text(size_t column, const std::string& text);
  void Number(size_t column, double number);
  void Money(size_t column, Fen fen);
  Status NextRow();
  Status Close();

 private:
  struct State;
  explicit XlsxWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// How wide a text is: Chinese characters take two digits.
double WidthOf(const std::string& text);

}  // namespace yijian::document
