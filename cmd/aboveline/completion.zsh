#compdef aboveline
# Completion of aboveline for zsh; made by "aboveline completion zsh".
_aboveline_level() {
	case $1 in
@TREE@
	*) return 1 ;;
	esac
}
_aboveline() {
	local at='' prev='' word skip=0
	local -a words_here flags_here
	for word in ${words[2,CURRENT-1]}; do
		prev=''
		if ((skip)); then
			skip=0
			continue
		fi
		case $word in
		@TAKES@) skip=1 prev=$word ;;
		-*) ;;
		*) _aboveline_level "${at:+$at }$word" && at="${at:+$at }$word" ;;
		esac
	done
	if [[ $PREFIX == --*=* ]]; then
		prev=${PREFIX%%=*}
		compset -P '*='
	fi
	if [[ -n $prev ]]; then
		case "$at $prev" in
@VALUES@
		esac
		_files
		return
	fi
	_aboveline_level "$at"
	if [[ $PREFIX == -* ]]; then
		_describe -o flag flags_here
	elif ((${#words_here})); then
		_describe command words_here
	else
		_files
	fi
}
if [[ $funcstack[1] == _aboveline ]]; then
	_aboveline "$@"
else
	compdef _aboveline aboveline
fi
