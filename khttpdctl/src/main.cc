// SPDX-License-Identifier: GPL-2.0-or-later
#include <clocale>
#include <exception>
#include <iostream>

#include <fmt/ostream.h>

#include "cli/parse.h"

int main(int argc, char **argv) {
    using khttpd::ExitCode;
    std::setlocale(LC_CTYPE, "");
    try {
        khttpd::cli::Context context = khttpd::cli::real_context(std::cout, std::cerr);
        const int status = khttpd::cli::run(argc, argv, context);
        std::cout.flush();
        if (!std::cout) {
            context.report({ExitCode::io_error, "cannot write to standard output"});
            return static_cast<int>(ExitCode::io_error);
        }
        return status;
    } catch (const std::exception &exception) {
        fmt::print(std::cerr, "error: {}\nhint: this is a mistake in khttpdctl; please report it\n",
                   exception.what());
        return static_cast<int>(ExitCode::internal);
    }
}
