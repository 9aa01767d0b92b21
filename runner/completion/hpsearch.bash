# Completion of hpsearch for bash. Bash takes '=' for the end of a word, so what it completes begins
# behind the last one. Words come as they are typed: hpsearch gets them without their quotes, and
# candidates go back with what the quotes of the last word leave to do.
_hpsearch() {
  local line candidate word quote="" before="" IFS=$'\n'
  local -a words=()
  local current="${COMP_WORDS[COMP_CWORD]}"
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    case $word in
      \'*) word="${word#\'}" word="${word%\'}" ;;
      \"*) word="${word#\"}" word="${word%\"}" ;;
      *) word="${word//\\/}" ;;
    esac
    words+=("$word")
  done
  [[ $current == [\'\"]* ]] && quote="${current:0:1}"
  if [[ $COMP_WORDBREAKS == *=* ]]; then
    if [[ $current == "=" ]]; then
      before="${COMP_WORDS[COMP_CWORD-1]}="
    elif ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[COMP_CWORD-1]} == "=" ]]; then
      before="${COMP_WORDS[COMP_CWORD-2]}="
    fi
  fi
  COMPREPLY=()
  while read -r line; do
    candidate="${line%%$'\t'*}"
    candidate="${candidate#"$before"}"
    if [[ -z $quote && $candidate == *[!A-Za-z0-9_=.,/:+@%~-]* ]]; then
      printf -v candidate '%q' "$candidate"
    fi
    COMPREPLY+=("$candidate")
  done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
  if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -o default -F _hpsearch hpsearch
