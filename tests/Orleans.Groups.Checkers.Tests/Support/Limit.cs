namespace Orleans.Groups.Checkers.Tests;

/// <summary>A test that hangs says what it waits for.</summary>
internal static class Limit
{
    internal static async Task SoonAsync(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(TimeSpan.FromMinutes(1));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"It takes too long to {what}.");
        }
    }
}
