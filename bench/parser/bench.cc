// SPDX-License-Identifier: GPL-2.0-or-later
// Measures the time of each parser for each request.
#include "parsers.h"
#include "requests.h"

#include <benchmark/benchmark.h>

#include <string>

namespace {

void run(benchmark::State &state, const Parser &parser, const Request &request) {
    for (auto _ : state) {
        if (!parser.parse(request.head)) {
            state.SkipWithError("the request was not parsed");
            return;
        }
    }
    state.SetBytesProcessed(state.iterations() * request.head.size());
}

} // namespace

int main(int argc, char **argv) {
    for (const Request &request : requests)
        for (const Parser &parser : parsers)
            benchmark::RegisterBenchmark(
                (std::string(request.name) + "/" + parser.name).c_str(),
                [&parser, &request](benchmark::State &state) { run(state, parser, request); });
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 64;
    benchmark::RunSpecifiedBenchmarks();
}
