/// The memory that pixels lie in.
package enum PixelMemory {
    /// Lets the process keep the memory of pictures that were freed, for the next ones.
    ///
    /// A program that decodes many pictures calls this once, at its start: otherwise the memory of each
    /// picture goes back to the system, and is taken and zeroed anew page by page.
    package static func keepFreedPages() { ImageCodecs.keepFreedPages() }
}
