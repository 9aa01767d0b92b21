// The charts that the report page uses, and nothing else of ECharts.
export { init, use } from 'echarts/core';
import { use } from 'echarts/core';
import { ParallelChart, ScatterChart, LineChart, BarChart, HeatmapChart, CustomChart } from 'echarts/charts';
import {
  GridComponent, ParallelComponent, TooltipComponent, VisualMapComponent, LegendComponent, DataZoomComponent,
  MarkLineComponent, MarkAreaComponent, AriaComponent,
} from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';
use([
  ParallelChart, ScatterChart, LineChart, BarChart, HeatmapChart, CustomChart, GridComponent, ParallelComponent,
  TooltipComponent, VisualMapComponent, LegendComponent, DataZoomComponent, MarkLineComponent, MarkAreaComponent, AriaComponent,
  CanvasRenderer,
]);
