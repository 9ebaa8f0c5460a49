# Sourced: the authentication daemon, one for each host, as on a real cluster. It needs a /run of the host's own.

# start_munge STATE HOST
start_munge() {
    mkdir -p -m 755 /run/munge "$1/$2"
    munged --force --key-file="$1/munge.key" --log-file="$1/$2/munged.log" --pid-file=/run/munge/munged.pid \
        --seed-file="$1/$2/munged.seed" --socket=/run/munge/munge.socket.2
}
