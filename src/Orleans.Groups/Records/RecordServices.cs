using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Groups;

/// <summary>.</summary>
internal static class RecordServices
{
    internal static void Add(IServiceCollection services)
    {
        _ = services;
    }
}
