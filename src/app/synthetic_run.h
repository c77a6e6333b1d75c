// Findings out of nothing, for load tests: as many as asked for, spread over about so many clues, the same every time.
//
// Half of the clues are persons', half institutions'; 1 in 20 findings has two lines. Nobody in it exists.
#pragma once

#include "clue/matters.h"
#include "clue/source.h"

namespace yijian::app {

class SyntheticRun : public clue::FindingSource {
 public:
  SyntheticRun(const clue::Matters& matters, int64_t findings, int64_t clues);

  Result<clue::SourceRun> Run() override;
  Result<std::vector<clue::SourceRule>> Rules() override;
  Result<std::vector<clue::SourceInstitution>> Institutions() override;
  Status ForEach(const std::function<Status(clue::SourceFinding)>& take) override;

 private:
  struct Slot {  // what a clue is about
    std::string rule;
    std::string severity;
    int64_t institution = 0;
    int64_t person = 0;  // 0: of the institution, any person
  };
  Slot SlotOf(int64_t clue) const;
  std::string Institution(int64_t number) const;

  std::vector<std::string> person_rules_;
  std::vector<std::string> institution_rules_;
  std::map<std::string, std::string> severities_;
  int64_t findings_;
  int64_t clues_;
  int64_t institutions_;
};

}  // namespace yijian::app
