import NIOCore
import NIOHTTPTypes

/// Closes the connection of a client that sends a request, or takes an answer, drop by drop.
///
/// The head of a request is under the idle time of the server; this watches what comes after.
final class SlowClientHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limit: TimeAmount
    private var arriving: Scheduled<Void>?
    private var leaving: Scheduled<Void>?

    /// Creates the handler of one connection.
    init(seconds: Double) { limit = .milliseconds(Int64(seconds * 1000)) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            arriving?.cancel()
            arriving = closing(context)
        case .body: break
        case .end:
            arriving?.cancel()
            arriving = nil
        }
        context.fireChannelRead(data)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        leaving?.cancel()
        leaving = context.channel.isWritable ? nil : closing(context)
        context.fireChannelWritabilityChanged()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        arriving?.cancel()
        leaving?.cancel()
    }

    private func closing(_ context: ChannelHandlerContext) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }
}
