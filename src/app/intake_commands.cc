#include "app/commands.h"
namespace yijian::app {
void AddIntakeCommands(Program&) {}
}  // namespace yijian::app
