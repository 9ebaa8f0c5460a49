/// Decides how long a thread that has nothing to do looks for more before it sleeps.
///
/// To be woken takes about as long as the longest time that it looks. So it looks that long while that is of use. When it has looked in vain, it
/// hardly looks the next time, and more often so each time, since the processor may be wanted by those who will cause something; then it tries again.
struct Alertness {
    static let longest = Duration.microseconds(50)
    static let shortest = Duration.microseconds(1)
    static let greatestPause = 15

    /// How many times it hardly looks, as yet, and how many it was the last time.
    private var rest = 0
    private var pause = 0

    /// How long it looks.
    var limit: Duration { rest > 0 ? Alertness.shortest : Alertness.longest }

    /// Something has happened while it looked, or would have if it had looked a moment longer.
    mutating func noteSuccess() { (rest, pause) = (0, 0) }

    /// It has looked in vain.
    mutating func noteSleep() {
        guard rest == 0 else {
            rest -= 1
            return
        }
        pause = min(2 * pause + 1, Alertness.greatestPause)
        rest = pause
    }
}
