# Shared by the scripts that type at a real terminal, after script.sh: tmux
# on a socket of its own, which goes away with the script.

export LC_ALL=C.UTF-8 TMUX=
socket=posito-$$
session=

end_terminal() {
    tmux -L "$socket" kill-server 2>/dev/null
    clean_up
}
trap end_terminal EXIT

# A server without a session ends, just as the next one is asked for: this
# session keeps it.
tmux -L "$socket" -f /dev/null new-session -d -s keep "sleep 600"

terminal_open() { # name command: a new terminal of 80 x 24 that runs it
    tmux -L "$socket" -f /dev/null new-session -d -s "$1" -x 80 -y 24 "$2"
    session=$1
}
terminal_close() { # name
    tmux -L "$socket" kill-session -t "$1"
}
screen() { tmux -L "$socket" capture-pane -p -t "$session"; }
keys() { tmux -L "$socket" send-keys -t "$session" "$@"; }
sees() { # text: wait until the screen has it
    for _ in $(seq 200); do
        screen | grep -qF -- "$1" && return 0
        sleep 0.05
    done
    screen
    return 1
}
shows() { # what, text: and no error beside it
    check "$1: \"$2\"" sees "$2"
    [ -n "${POSITO_SCREENS:-}" ] && { echo "--- $1"; screen; }
}
