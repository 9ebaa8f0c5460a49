/// What this rank is to show of what processes have printed, and has not shown yet; and the processes that must not get ahead of it.
///
/// The word of a process is set from before the Host reads what the process has printed until that is shown, or sent to the rank that shows it. It is set, too,
/// before the process is told anything while output is not shown that may have come before that, be it of others: what the process sends next may
/// follow from what it was told. The words are put down together, when nothing waits any more: so as long as the reader of one stream is slow, no process
/// whose output is shown here uses a lane.
struct UnshownOutput {
    /// Whether there may be any.
    private(set) var isPending = false
    private var words: [Address: OutputInHand] = [:]

    /// Something has come that is to be shown here.
    mutating func note() { isPending = true }

    /// Has a process wait until everything is shown.
    mutating func hold(_ process: Address, _ word: OutputInHand) {
        isPending = true
        guard words[process] == nil else { return }
        word.takeUp()
        words[process] = word
    }

    /// The Host is about to read what a process has printed.
    func willRead(_ word: OutputInHand) { word.takeUp() }

    /// The Host has read what a process has printed; what is to be shown of that here has been noted.
    func hasRead(_ process: Address, _ word: OutputInHand) {
        if words[process] == nil { word.putDown() }
    }

    /// Everything is shown.
    mutating func noteShown() {
        for word in words.values { word.putDown() }
        words = [:]
        isPending = false
    }
}
