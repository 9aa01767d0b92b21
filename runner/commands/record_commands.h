// The verbs that look after what the database keeps: tag, note, archive, rm and diff.
#pragma once

#include "runner/commands/command.h"

namespace hpsearch::runner {

void add_tag_options(boost::program_options::options_description& options);
int tag_command(const Invocation& invocation);
extern const char kTagHelp[];

void add_note_options(boost::program_options::options_description& options);
int note_command(const Invocation& invocation);
extern const char kNoteHelp[];

void add_archive_options(boost::program_options::options_description& options);
int archive_command(const Invocation& invocation);
extern const char kArchiveHelp[];

void add_rm_options(boost::program_options::options_description& options);
int rm_command(const Invocation& invocation);
extern const char kRmHelp[];

int diff_command(const Invocation& invocation);
extern const char kDiffHelp[];

}  // namespace hpsearch::runner
