// SPDX-License-Identifier: GPL-2.0-or-later
// usage: parser-repeat PARSER REQUEST TIMES      parses, for somebody who counts instructions
//        parser-repeat                           names parsers, requests and their octets
#include "parsers.h"
#include "requests.h"

#include <cstdio>
#include <cstdlib>
#include <string>

int main(int argc, char **argv) {
    if (argc == 1) {
        for (const Parser &parser : parsers)
            std::printf("parser %s\n", parser.name);
        for (const Request &request : requests)
            std::printf("request %s %zu\n", request.name, request.head.size());
        return 0;
    }
    if (argc != 4)
        return 64;
    for (const Parser &parser : parsers) {
        for (const Request &request : requests) {
            if (std::string(parser.name) != argv[1] || std::string(request.name) != argv[2])
                continue;
            for (long times = std::strtol(argv[3], nullptr, 10); times > 0; times--)
                if (!parser.parse(request.head))
                    return 65;
            return 0;
        }
    }
    return 64;
}
