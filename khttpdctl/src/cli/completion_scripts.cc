// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/completion.h"

namespace khttpd::cli {
namespace {

constexpr std::string_view bash_script =
    R"(# bash completion of khttpdctl, which knows itself what can be written.
_khttpdctl() {
    local word=${COMP_WORDS[COMP_CWORD]} line words=()
    COMPREPLY=()
    # bash makes a word of its own of the = in --option=value.
    for line in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ $line == = ]] || words+=("$line")
    done
    [[ $word == = ]] && word=
    while IFS= read -r line; do
        case $line in
        :directories)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            ;;
        :files)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            ;;
        *)
            line=${line%%$'\t'*}
            [[ $line == "$word"* ]] && COMPREPLY+=("$line")
            ;;
        esac
    done < <("${COMP_WORDS[0]}" __complete "${words[@]}" "$word" 2>/dev/null)
}
complete -F _khttpdctl khttpdctl
)";

constexpr std::string_view zsh_script = R"(#compdef khttpdctl
# zsh completion of khttpdctl, which knows itself what can be written.
_khttpdctl() {
    local line
    local -a candidates
    while IFS= read -r line; do
        case $line in
        :directories)
            compset -P '--*='
            _path_files -/
            return
            ;;
        :files)
            compset -P '--*='
            _files
            return
            ;;
        *)
            # A colon stands between a word and its description.
            candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
            ;;
        esac
    done < <("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
    _describe -t values khttpdctl candidates
}
# Either found by its name in $fpath, or read by "source".
if [[ ${funcstack[1]} == _khttpdctl ]]; then
    _khttpdctl "$@"
else
    compdef _khttpdctl khttpdctl
fi
)";

constexpr std::string_view fish_script =
    R"(# fish completion of khttpdctl, which knows itself what can be written.
function __khttpdctl_candidates
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l word (commandline --current-token --cut-at-cursor)
    set -l program $words[1]
    set -e words[1]
    set -l lines ($program __complete $words "$word" 2>/dev/null)
    switch "$lines[1]"
        case :directories
            __fish_complete_directories "$word"
        case :files
            __fish_complete_path "$word"
        case '*'
            printf '%s\n' $lines
    end
end
complete --command khttpdctl --no-files --arguments '(__khttpdctl_candidates)'
)";

} // namespace

std::string_view completion_script(std::string_view shell) {
    if (shell == "bash")
        return bash_script;
    return shell == "zsh" ? zsh_script : fish_script;
}

} // namespace khttpd::cli
