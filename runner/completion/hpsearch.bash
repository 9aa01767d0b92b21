# Completion of hpsearch for bash. Bash takes '=' for the end of a word, so what it completes begins
# behind the last one.
_hpsearch() {
  local line candidate before="" IFS=$'\n'
  local -a words=("${COMP_WORDS[@]:1:COMP_CWORD}")
  local current="${COMP_WORDS[COMP_CWORD]}"
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
    COMPREPLY+=("${candidate#"$before"}")
  done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
  if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -o default -F _hpsearch hpsearch
