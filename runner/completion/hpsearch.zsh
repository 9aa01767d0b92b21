#compdef hpsearch
# Completion of hpsearch for zsh.
_hpsearch() {
  local line candidate description tab=$'\t'
  local -a open closed
  for line in ${(f)"$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)"}; do
    candidate="${line%%$tab*}"
    description=""
    [[ $line == *$tab* ]] && description="${line#*$tab}"
    if [[ "$candidate" == *"=" ]]; then
      open+=("${candidate//:/\\:}:$description")
    else
      closed+=("${candidate//:/\\:}:$description")
    fi
  done
  if ((${#open} + ${#closed} == 0)); then
    _files
    return
  fi
  ((${#closed})) && _describe 'hpsearch' closed
  ((${#open})) && _describe 'hpsearch' open -S ''
}
# In a file of $fpath this runs at the first Tab; after `source` it only makes the function known.
if [[ ${funcstack[1]} == _hpsearch ]]; then
  _hpsearch "$@"
else
  compdef _hpsearch hpsearch
fi
