# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# bash completion for porchctl: how it completes. What there is to complete comes
# behind this, written by the tool itself from its table of commands:
#
#	_porchctl_options before|anywhere	those with a value end in =
#	_porchctl_verbs [OBJECT]		and words of its parts; without one, the objects
#	_porchctl_args OBJECT VERB		one a line: KEY|- KIND WORD...

# has WORD LIST: is it one of them?
_porchctl_has()
{
	[[ " $2 " == *" $1 "* ]]
}

# All that a value of the kind can be; nothing where that is for people to know
_porchctl_values()
{
	local kind=$1
	shift

	case $kind in
	device)
		if [ "$netns" ]; then
			ip -n "$netns" -o link 2> /dev/null |
				sed 's/^[0-9]*: \([^:@]*\).*/\1/'
		else
			ls /sys/class/net
		fi ;;
	port)
		porchctl ${netns:+-n "$netns"} port show 2> /dev/null |
			sed 's/^[0-9]*: \([^ ]*\).*/\1/' ;;
	netns)
		ls /var/run/netns 2> /dev/null ;;
	file)
		compgen -f -- "$cur" ;;
	word)
		echo "$@" ;;
	esac
}

# The line of args that a word belongs to. One with a list takes nothing else.
_porchctl_find()
{
	local i key kind list

	for i in "${!args[@]}"; do
		read -r key kind list <<< "${args[i]}"
		if [ "$key" != - ]; then
			[ "${key#--}" = "${1#--}" ] || continue
		elif [ "$list" ]; then
			_porchctl_has "$1" "$list" || continue
		fi
		echo "$i"
		return
	done
}

# Places are filled from left to right: those before that line stay empty.
_porchctl_close()
{
	local i

	for i in "${!args[@]}"; do
		[ "$i" -gt "$1" ] || [[ ${args[i]} != '- '* ]] || unset "args[i]"
	done
}

# What can stand here: keywords, and the next place for a value, with the one
# behind it if it can be left out
_porchctl_open()
{
	local arg key kind list places=

	for arg in "${args[@]}"; do
		read -r key kind list <<< "$arg"
		if [ "$key" != - ]; then
			echo "$key"
		elif [ ! "$places" ]; then
			# shellcheck disable=SC2086 # words
			_porchctl_values "$kind" $list
			[ "$list" ] || places=full
		fi
	done
}

# Candidates for $cur behind $words
_porchctl_candidates()
{
	local word object verb netns='' i key kind list
	local -a args

	while [[ ${words[0]-} == -* ]]; do
		word=${words[0]}
		words=("${words[@]:1}")
		_porchctl_has "$word=" "$(_porchctl_options before)" || continue
		if [ ${#words[@]} = 0 ]; then
			case $word in
			-n)	_porchctl_values netns ;;
			*)	_porchctl_values file ;;
			esac
			return
		fi
		[ "$word" != -n ] || netns=${words[0]}
		words=("${words[@]:1}")
	done
	if [ ${#words[@]} = 0 ]; then
		_porchctl_verbs
		_porchctl_options before | tr -d =
		return
	fi

	object=${words[0]}
	words=("${words[@]:1}")
	while [ ${#words[@]} -gt 0 ] &&
	      _porchctl_has "${words[0]}" "$(_porchctl_options anywhere)"; do
		words=("${words[@]:1}")
	done
	if [ "$object" = help ]; then
		[ ${#words[@]} -gt 0 ] || _porchctl_verbs
		return
	fi
	# A part of an object: an object, too
	if [ ${#words[@]} -gt 0 ] && [ "$(_porchctl_verbs "$object ${words[0]}")" ]; then
		object+=" ${words[0]}"
		words=("${words[@]:1}")
	fi
	verb=$(_porchctl_verbs "$object")
	[ "$verb" ] || return
	if [ ${#words[@]} = 0 ]; then
		echo "$verb"
	elif _porchctl_has "${words[0]}" "$verb"; then
		verb=${words[0]}
		words=("${words[@]:1}")
	fi
	mapfile -t args < <(_porchctl_args "$object" "${verb%% *}")

	while [ ${#words[@]} -gt 0 ]; do
		word=${words[0]}
		words=("${words[@]:1}")
		i=$(_porchctl_find "$word")
		[ "$i" ] || continue	# an option, or a mistake
		read -r key kind list <<< "${args[i]}"
		unset "args[i]"
		if [ "$key" = - ]; then
			_porchctl_close "$i"
			continue
		fi
		[ "$kind" != flag ] || continue
		if [ ${#words[@]} = 0 ]; then
			# shellcheck disable=SC2086 # words
			_porchctl_values "$kind" $list
			return
		fi
		words=("${words[@]:1}")
	done
	_porchctl_open
	[[ $cur != -* ]] || _porchctl_options anywhere
}

_porchctl()
{
	local cur
	local -a words

	# Not by COMP_WORDS, which breaks IPv6 addresses into pieces
	read -r -a words <<< "${COMP_LINE:0:COMP_POINT}."
	cur=${words[-1]%.}
	words=("${words[@]:1:${#words[@]}-2}")
	mapfile -t COMPREPLY < <(compgen -W "$(_porchctl_candidates)" -- "$cur")
}

complete -F _porchctl porchctl
