import Testing

@testable import Multiprocessing

@Suite("How long a Host looks for more before it sleeps")
struct AlertnessTests {
    @Test("after looking in vain it hardly looks, more times each time, up to a limit")
    func inVain() {
        var alertness = Alertness()
        var pauses: [Int] = []
        for _ in 0..<6 {
            #expect(alertness.limit == Alertness.longest)
            alertness.noteSleep()
            var pause = 0
            while alertness.limit == Alertness.shortest, pause < 100 {
                alertness.noteSleep()
                pause += 1
            }
            pauses.append(pause)
        }
        #expect(pauses == [1, 3, 7, 15, 15, 15])
        alertness.noteSleep()
        alertness.noteSuccess()
        #expect(alertness.limit == Alertness.longest)
        alertness.noteSleep()
        alertness.noteSleep()
        #expect(alertness.limit == Alertness.longest)
    }
}
