/// A request that hasn't been answered yet.
struct PendingRequest<Subject> {
  let subject: Subject
  let sentAt: Duration
  var deadline: Duration
}
