#include "runner/run/recorded.h"

#include <exception>

namespace hpsearch::runner {

DriveResult train_recorded(storage::Journal& journal,
                           std::int64_t sweep_id,
                           int workers,
                           const std::stop_token& interrupt,
                           std::stop_source& stop,
                           const TrainRecorded& train) {
  storage::Recorder recorder(journal, sweep_id, [&stop] { stop.request_stop(); });
  const std::stop_callback forward(interrupt, [&stop] { stop.request_stop(); });
  DriveResult result;
  try {
    const auto executor = make_executor(workers);
    result = train(recorder, *executor);
  } catch (...) {
    try {
      recorder.close();
    } catch (const std::exception&) {  // the error that is on its way already says why
    }
    throw;
  }
  recorder.close();
  return result;
}

}  // namespace hpsearch::runner
