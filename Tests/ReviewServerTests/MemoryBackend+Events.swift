import Curation
import CurationCore
import ReviewServer

extension MemoryBackend {
    /// Counted from memory at each look.
    func pulse(since earlier: ReviewPulse?) async throws -> ReviewPulse {
        let status = try await status()
        let unheard = changesUnheard ? countFirstLook(earlier == nil) : 0
        return ReviewPulse(
            change: Int64(submissions),
            images: status.pending + status.decided,
            decided: status.decided + unheard,
            model: "classifier@1",
            head: nil
        )
    }
}
