# Completion of octosim for Bash. It asks octosim itself for commands and options, so it cannot fall behind.
# `make install` puts it where Bash finds it; or source it.

_octosim()
{
	local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
	local help words='' file

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words="--help --version $("$program" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\)  *[^ ].*/\1/p')"
		COMPREPLY=($(compgen -W "$words" -- "$word"))
		return
	fi
	help=$("$program" "$command" --help 2>/dev/null) || return
	case $before in
	--color) words='auto always never' ;;
	--metrics) words="all $(sed -n 's/^Metrics: \(.*\)\.$/\1/p' <<<"$help" | tr -d ',')" ;;
	--artifacts | --out) COMPREPLY=($(compgen -d -S / -- "$word")) && return ;;
	*) case $word in -*) words=$(sed -n 's/^  \(--[a-z-]*\).*/\1/p' <<<"$help") ;; esac ;;
	esac
	if [ -n "$words" ]; then
		COMPREPLY=($(compgen -W "$words" -- "$word"))
		return
	fi
	# Directories go on behind their slash; of files all, for a trace may be called anything.
	while IFS= read -r file; do
		if [ -d "$file" ]; then file+=/; fi
		COMPREPLY+=("$file")
	done < <(compgen -f -- "$word")
	[[ ${COMPREPLY[0]} != */ ]] || compopt -o nospace 2>/dev/null
}

complete -F _octosim octosim
