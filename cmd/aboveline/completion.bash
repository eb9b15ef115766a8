# Completion of aboveline for bash; made by "aboveline completion bash".
_aboveline() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev='' path='' words='' flags='' values='' word skip=0 i
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $word == '=' ]]; then
			continue
		fi
		prev=''
		if ((skip)); then
			skip=0
			continue
		fi
		case $word in
		@TAKES@) skip=1 prev=$word ;;
		-*) ;;
		*)
			if _aboveline_is "${path:+$path }$word"; then
				path="${path:+$path }$word"
			fi
			;;
		esac
	done
	if [[ $cur == '=' ]]; then
		cur=''
	fi
	if [[ -n $prev ]]; then
		case "$path $prev" in
@VALUES@
		esac
		if [[ -n $values ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$values" -- "$cur")
		fi
		return # anything else that a flag takes: bash offers files
	fi
	_aboveline_level "$path"
	if [[ $cur == -* ]]; then
		words=$flags
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
_aboveline_level() {
	case $1 in
@TREE@
	*) return 1 ;;
	esac
}
_aboveline_is() {
	local words flags
	_aboveline_level "$1"
}
complete -o default -F _aboveline aboveline
