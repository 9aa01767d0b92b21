#include <array>

#include "runner/commands/command.h"
#include "runner/commands/doctor.h"
#include "runner/commands/follow_commands.h"
#include "runner/commands/merge.h"
#include "runner/commands/record_commands.h"
#include "runner/commands/schema.h"
#include "runner/commands/server.h"

namespace hpsearch::runner {
namespace {

constexpr std::array kCommands{
    Command{"tour", "", "Start", "a course about searches on the terminal, in two minutes",
            add_no_options, tour_command, kTourHelp, "it trains sweeps of its own"},
    Command{"init", "[FILE]", "Start", "write a commented sweep file that runs as it is",
            add_init_options, init_command, kInitHelp, "it writes a new sweep file"},
    Command{"check", "FILE...", "Start", "validate a sweep file and show what it would do",
            add_check_options, check_command, kCheckHelp, "it checks a file, not a stored sweep"},
    Command{"run", "[FILE...]", "Search", "run a sweep, or continue it", add_run_options,
            run_command, kRunHelp, "the file names the sweep"},
    Command{"stop", "", "Search", "stop a run from another terminal; nothing is lost",
            add_json_option, stop_command, kStopHelp},
    Command{"watch", "[SWEEP]", "Search", "show a running sweep on the whole terminal",
            add_no_options, watch_command, kWatchHelp},
    Command{"wait", "[SWEEP]", "Search", "wait until a run ends, and end with its exit code",
            add_no_options, wait_command, kWaitHelp},
    Command{"enqueue", "[KEY=VALUE...]", "Search", "add a trial with parameters of your choice",
            add_enqueue_options, enqueue_command, kEnqueueHelp},
    Command{"retry", "[N...]", "Search", "train failed trials again", add_json_option,
            retry_command, kRetryHelp},
    Command{"server", "ACTION DIR", "Search", "start, stop or ask about a PostgreSQL of your own",
            add_server_options, server_command, kServerHelp, "it is about the server"},
    Command{"report", "[N...]", "Results", "show what a sweep found", add_report_options,
            report_command, kReportHelp},
    Command{"list", "", "Results", "list the sweeps in the database", add_list_options,
            list_command, kListHelp, "it lists all sweeps"},
    Command{"show", "[N]", "Results", "show one trial, or the course of the sweep",
            add_show_options, show_command, kShowHelp},
    Command{"diff", "A B", "Results", "show how two trials, or two sweeps, are configured apart",
            add_no_options, diff_command, kDiffHelp},
    Command{"predict", "FILE", "Results", "predict the rows of a table with the best network",
            add_predict_options, predict_command, kPredictHelp},
    Command{"eval", "FILE", "Results", "compare predictions with the targets in a file",
            add_eval_options, eval_command, kEvalHelp},
    Command{"serve", "", "Results", "show the report as a live page in a browser",
            add_serve_options, serve_command, kServeHelp, "its page has a menu of all sweeps"},
    Command{"export", "", "Results", "write the trials, or a trained network, for other programs",
            add_export_options, export_command, kExportHelp},
    Command{"merge", "ALL.db FILE...", "Results", "put sweeps of several databases into one",
            add_merge_options, merge_command, kMergeHelp, "--only names the one to take"},
    Command{"doctor", "", "Comfort", "check the database and its files; --repair mends them",
            add_doctor_options, doctor_command, kDoctorHelp, "it checks all sweeps"},
    Command{"tag", "[TAG...]", "Record", "give a sweep or a trial words to find it by",
            add_tag_options, tag_command, kTagHelp},
    Command{"note", "[TEXT...]", "Record", "write down something about a sweep or a trial",
            add_note_options, note_command, kNoteHelp},
    Command{"archive", "[SWEEP...]", "Record", "put sweeps out of sight; nothing is removed",
            add_archive_options, archive_command, kArchiveHelp},
    Command{"rm", "[SWEEP...]", "Record", "remove sweeps for good, with their files",
            add_rm_options, rm_command, kRmHelp},
    Command{"completion", "SHELL", "Comfort", "print the script that completes commands on Tab",
            add_no_options, completion_command, kCompletionHelp, "it is about the command line"},
    Command{"schema", "", "Comfort", "print the JSON Schema of sweep files, for editors",
            add_no_options, schema_command, kSchemaHelp, "it is about the sweep file"},
};

}  // namespace

std::span<const Command> command_table() {
  return kCommands;
}

}  // namespace hpsearch::runner
