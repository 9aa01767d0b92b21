// The verb that checks a database and mends it.
#pragma once

namespace boost::program_options {
class options_description;
}  // namespace boost::program_options

namespace hpsearch::runner {

struct Invocation;

void add_doctor_options(boost::program_options::options_description& options);
int doctor_command(const Invocation& invocation);
extern const char kDoctorHelp[];

}  // namespace hpsearch::runner
